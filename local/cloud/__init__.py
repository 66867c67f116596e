"""The emulators of one machine, and the template's way onto them."""
