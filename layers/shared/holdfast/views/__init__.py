"""What the API shows: the shapes of its answers. Instants are RFC 3339 texts, amounts integers in minor units."""
