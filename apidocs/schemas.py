"""The JSON schemas of the models that the handlers read and write."""

from typing import Any, Literal

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

REFERENCE = "#/components/schemas/{model}"


class _Untitled(GenerateJsonSchema):
    """Without the titles that pydantic makes of the fields' names."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's own signature
        return False


def models_by_name(models: set[Any], mode: Literal["validation", "serialization"]) -> dict[str, Any]:
    """The schema of each model and of all that it has in it, by the model's name."""
    named = [(model, mode) for model in sorted(models, key=lambda model: model.__name__)]
    _, schema = models_json_schema(named, ref_template=REFERENCE, schema_generator=_Untitled)
    found: dict[str, Any] = schema["$defs"]
    return found
