"""Bugs to plant in what is done about acts of others at a gateway."""

from tests.simulation.bug import Bug, Edit

OUTSIDE_BUGS = (
    Bug(
        "a capture in part confirms as the whole",
        "outside",
        (Edit("payments.confirm", "_verified", "if payment.holds_money and not payment.is_whole:", "if False:"),),
    ),
    Bug(
        "what others refunded is taken for ours",
        "outside",
        (Edit("payments.outside", "own_refunds", "max(marked, min(recorded, payment.refunded))", "payment.refunded"),),
    ),
    Bug(
        "what others give back after a cancel changes nothing that is due",
        "outside",
        (Edit("payments.outside", "_with_refund_due", "missing <= 0", "missing <= 10**9"),),
    ),
    Bug(
        "a top-up that is taken back stays in the wallet",
        "outside",
        (Edit("payments.reversal", "_observed", "payment.refunded + disputed", "0 * disputed"),),
    ),
    Bug(
        "a dispute is no case",
        "outside",
        (Edit("payments.outside", "_observe_dispute", "seen.report(", "(lambda *_, **__: None)("),),
    ),
    Bug(
        "a payment of another shop is listed for operators",
        "outside",
        (
            Edit(
                "payments.reconcile",
                "reconcile",
                "count(Metric.PAYMENTS_FOREIGN, 1)",
                "_report_unmatched(gateway, order_id, payment, engine)",
            ),
        ),
    ),
    Bug(
        "a payment of another shop is given back",
        "outside",
        (
            Edit(
                "payments.reconcile",
                "reconcile",
                "count(Metric.PAYMENTS_FOREIGN, 1)",
                "payment.left and engine.gateway(gateway).refund(order_id, payment.left, payment.currency, order_id)",
            ),
        ),
    ),
    Bug(
        "a payment for a booking that is not there is dropped",
        "outside",
        (
            Edit(
                "payments.reconcile",
                "_report_unmatched",
                "    report_unmatched(gateway, order_id, payment, engine)",
                "    payment is None and report_unmatched(gateway, order_id, payment, engine)",
            ),
        ),
    ),
    Bug(
        "a refund that was refused repeats its key",
        "outside",
        (Edit("payments.perform", "_refund_key", "if task.refusals else", "if not task.order_id else"),),
    ),
)
