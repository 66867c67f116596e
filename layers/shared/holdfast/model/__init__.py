"""The words of the engine. Nothing here does input or output."""
