"""The wire contract as files: JSON Schemas, an AsyncAPI document and pages, all made from the code."""
