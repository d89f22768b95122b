"""What a lab has made and is still there: looked for by the ledger's names, taken by the lab's tag."""
