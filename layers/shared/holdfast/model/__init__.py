"""The records of the engine. Nothing here does input or output."""
