"""The OpenAPI document: built from the code, shown as pages, fuzzed."""
