"""Task definitions: what RegisterTaskDefinition refuses, and what it fills in."""
