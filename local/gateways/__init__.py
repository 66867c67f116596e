"""The local Razorpay, and the launcher of the local Stripe."""
