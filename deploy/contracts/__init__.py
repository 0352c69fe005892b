"""Documents made from the contracts: JSON Schemas, AsyncAPI, pages."""
