"""The generated parts of docs/api: parameters from the merged OpenAPI, answers from the sample."""
