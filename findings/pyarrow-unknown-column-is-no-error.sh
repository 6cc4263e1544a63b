#!/usr/bin/env bash
# pyarrow 26.0.1. Expected: asking a parquet file for a column that it does not have is an error, as pyarrow.parquet.read_table makes it.
# Seen: ParquetFile.read(columns=[name]) gives a table without any column but with all of its rows, and ParquetFile.iter_batches gives
# batches of that kind; a misspelt name shows only where somebody takes the first column. Of a struct the same holds for a field
# ("image.byte" for "image.bytes"), while the struct's own name takes all of its fields.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet pyarrow==26.0.1
cd "$work" && "$work/venv/bin/python" - <<'PY'
import pyarrow as pa
import pyarrow.parquet as pq

assert pa.__version__ == "26.0.1"
pq.write_table(pa.table({"image": [{"bytes": b"x", "path": "a.png"}] * 3, "label": [0, 1, 2]}), "a.parquet")
file = pq.ParquetFile("a.parquet")
wrong, field = file.read(columns=["lable"]), file.read(columns=["image.byte"])
batches = [(b.num_columns, b.num_rows) for b in file.iter_batches(columns=["lable"])]
whole = file.read(columns=["image"]).schema.field("image").type
print("lable:", wrong.column_names, wrong.num_rows, "| image.byte:", field.column_names, field.num_rows, "| batches:", batches, "|", whole)
try:
    pq.read_table("a.parquet", columns=["lable"])
    raised = ""
except pa.ArrowInvalid as e:
    raised = str(e).splitlines()[0]
print("read_table:", raised)
assert wrong.column_names == field.column_names == [] and wrong.num_rows == field.num_rows == 3
assert batches == [(0, 3)] and raised.startswith("No match for FieldRef") and whole.num_fields == 2
PY
