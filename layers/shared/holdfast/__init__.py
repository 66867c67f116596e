"""Holdfast: holds hotel rooms, takes payment for them, and gives both back when either fails."""
