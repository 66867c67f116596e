"""The guards in the code: where each is, what takes it away, and the attempt that then succeeds."""

from __future__ import annotations

from tests.guards.attempts import (
    a_booking_of_bobs_is_missing,
    a_code_that_is_used_up_reads_like_none,
    a_forger_is_not_razorpay,
    a_forger_is_not_stripe,
    a_formula_is_a_text,
    a_guest_is_no_admin,
    a_guest_is_no_owner,
    a_large_webhook_is_refused_for_its_size,
    a_loop_of_holds_has_to_wait,
    a_place_in_bobs_list_is_no_cursor,
    a_seventh_repeat_has_to_wait,
    a_sixth_hold_is_refused,
    a_sixth_topup_is_refused,
    a_smaller_payment_confirms_nothing,
    a_tenth_room_is_refused,
    a_twenty_first_code_is_not_tried,
    a_twenty_first_order_is_refused,
    an_admin_without_a_second_factor_is_none,
    an_old_event_is_refused,
    an_owner_is_at_no_other_desk,
    every_request_and_answer_is_closed,
    no_limit_on_webhooks,
    not_shown,
    razorpay_has_a_deadline,
    refused,
    stripe_has_a_deadline,
    twenty_levels_are_too_deep,
    unknown_fields_are_ignored,
)
from tests.guards.guard import CodeGuard
from tests.kit.pictures import animation, huge_png
from tests.simulation.bug import Edit

CODE_GUARDS = (
    CodeGuard(
        "token-use",
        Edit("http_request", "Request.user_id", 'claims.get("token_use") == "access"', "True"),
        refused("an ID token"),
    ),
    CodeGuard(
        "token-client",
        Edit("http_request", "Request.user_id", 'claims.get("client_id") == self._client_id', "True"),
        refused("a token of another client"),
    ),
    CodeGuard(
        "token-subject",
        Edit("http_request", "Request.user_id", "not NAME.fullmatch(sub)", "False"),
        refused("a sub that is another item's key"),
    ),
    CodeGuard(
        "token-expiry",
        Edit("http_request", "Request.user_id", "self._has_expired", "False"),
        refused("a token that expired as the request came"),
    ),
    CodeGuard(
        "admin-group",
        Edit("http_request", "Request._member_of", "group not in self._groups", "False"),
        a_guest_is_no_admin,
    ),
    CodeGuard(
        "owner-group",
        Edit("http_request", "Request._member_of", "group not in self._groups", "False"),
        a_guest_is_no_owner,
    ),
    CodeGuard(
        "group-names",
        Edit("http_request", "Request._groups", 'groups[1:-1].split(" ")', 're.findall(r"[^\\[\\],\\s]+", groups)'),
        refused("a group with the name in brackets"),
    ),
    CodeGuard(
        "admin-second-factor",
        Edit("sign_in", "limit_groups", "ADMIN not in groups", "True"),
        an_admin_without_a_second_factor_is_none,
    ),
    CodeGuard(
        "own-bookings",
        Edit("bookings.lookup", "own_booking", "booking.user_id != user_id", "False"),
        a_booking_of_bobs_is_missing,
    ),
    CodeGuard(
        "own-places",
        Edit("bookings.lookup", "_position", "last.user_id != user_id", "False"),
        a_place_in_bobs_list_is_no_cursor,
    ),
    CodeGuard(
        "own-desk",
        Edit("desk.clerk", "Clerk.booking", "engine.catalog.owns(self.user_id, booking.property_id)", "True"),
        an_owner_is_at_no_other_desk,
    ),
    CodeGuard("closed-types", unknown_fields_are_ignored, every_request_and_answer_is_closed),
    CodeGuard(
        "body-limit",
        Edit("http_request", "Request.raw_body", "len(raw) > limit", "False"),
        refused("a body that is 8 KB and a byte"),
    ),
    CodeGuard("webhook-limit", no_limit_on_webhooks, a_large_webhook_is_refused_for_its_size),
    CodeGuard(
        "json-depth",
        Edit("strict_json", "parse", "_is_deeper(value, MAX_JSON_DEPTH)", "False"),
        twenty_levels_are_too_deep,
    ),
    CodeGuard(
        "json-names",
        Edit("strict_json", "_object", "len(found) < len(pairs)", "False"),
        refused("a field twice"),
    ),
    CodeGuard(
        "webhook-signature",
        Edit(
            "payments.gateways.stripe",
            "_check_signature",
            "not any(_is_signed(body, header, secret) for secret in secrets)",
            "False",
        ),
        a_forger_is_not_stripe,
    ),
    CodeGuard(
        "webhook-signature",
        Edit(
            "payments.gateways.razorpay",
            "RazorpayGateway.verify_webhook",
            "not matches_any(body, [given], self._webhook_secrets)",
            "False",
        ),
        a_forger_is_not_razorpay,
    ),
    CodeGuard(
        "webhook-time",
        Edit(
            "payments.gateways.stripe",
            "_check_signature",
            "abs(now.timestamp() - int(times[0])) > WEBHOOK_TOLERANCE_SECONDS",
            "False",
        ),
        an_old_event_is_refused,
    ),
    CodeGuard(
        "payment-compared",
        Edit(
            "payments.confirm",
            "_verified",
            "paid_for != (booking.booking_id, agreed.gateway_payable, booking.currency)",
            "False",
        ),
        a_smaller_payment_confirms_nothing,
    ),
    CodeGuard(
        "live-holds",
        Edit("bookings.reserve", "_check_holds", "len(live) >= MAX_LIVE_HOLDS", "False"),
        a_sixth_hold_is_refused,
    ),
    CodeGuard(
        "rooms-held",
        Edit("bookings.reserve", "_check_holds", "held + rooms > MAX_ROOMS_HELD", "False"),
        a_tenth_room_is_refused,
    ),
    CodeGuard(
        "abandoned-rooms",
        Edit("bookings.reserve", "_check_holds", "abandoned_rooms >= MAX_ABANDONED_ROOMS", "False"),
        a_loop_of_holds_has_to_wait,
    ),
    CodeGuard(
        "promo-attempts",
        Edit("payments.quotes", "with_promo_limit", "attempts >= MAX_PROMO_ATTEMPTS", "False"),
        a_twenty_first_code_is_not_tried,
    ),
    CodeGuard(
        "promo-answers",
        Edit("payments.quotes", "price", "raise PromoInvalid(NO_SUCH_CODE) from refusal", "raise"),
        a_code_that_is_used_up_reads_like_none,
    ),
    CodeGuard(
        "pending-topups",
        Edit("payments.topup", "start_topup", "account.pending_topups >= MAX_PENDING_TOPUPS", "False"),
        a_sixth_topup_is_refused,
    ),
    CodeGuard(
        "gateway-reads",
        Edit("payments.gateway_limit", "GatewayLimit.require", "reads >= most", "False"),
        a_seventh_repeat_has_to_wait,
    ),
    CodeGuard(
        "orders-of-a-booking",
        Edit("payments.start", "_open", "booking.orders_opened >= MAX_ORDERS", "False"),
        a_twenty_first_order_is_refused,
    ),
    CodeGuard(
        "call-deadlines",
        Edit(
            "payments.gateways.stripe",
            "StripeGateway.__init__",
            "timeout=(CONNECT_SECONDS, READ_SECONDS)",
            "timeout=None",
        ),
        stripe_has_a_deadline,
    ),
    CodeGuard(
        "call-deadlines",
        Edit(
            "payments.gateways.razorpay",
            "RazorpayGateway._call",
            "timeout=(CONNECT_SECONDS, READ_SECONDS)",
            "timeout=None",
        ),
        razorpay_has_a_deadline,
    ),
    CodeGuard(
        "formula-cells",
        Edit("views.front_desk_tables", "_plain", "cell.startswith(FORMULA_STARTS)", "False"),
        a_formula_is_a_text,
    ),
    CodeGuard(
        "picture-size",
        Edit("imaging.sizes", "sized", "pixels > MAX_PIXELS", "False"),
        not_shown(huge_png(), "megapixels"),
    ),
    CodeGuard(
        "picture-type",
        Edit("imaging.sizes", "sized", "header.is_animated", "False"),
        not_shown(animation("PNG"), "stand still"),
    ),
)
