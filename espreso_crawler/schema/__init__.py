"""The record's published form, made from `items.py`: JSON Schema, DuckDB view, Arrow schema, field tables.

``python -m espreso_crawler.schema`` writes them, ``--check`` tells which differ. `validator` holds every
record to the strict schema at run time.
"""
