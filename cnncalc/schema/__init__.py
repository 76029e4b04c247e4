"""The JSON Schema (draft-07) of a spec, generated from the layer classes.

    patterns  labels, names, shapes, quantities, signatures as regular expressions
    steps     a step: one definition per layer kind, blocks, residuals, merges
    complete  what a step must have when the file has no `defaults`
    document  the file

It accepts every valid spec, whatever types a YAML library gives to its scalars, and rejects
every form error but those that hang on block names, expressions and duplicate keys.
"""

from cnncalc.schema.document import schema, schema_text

__all__ = ["schema", "schema_text"]
