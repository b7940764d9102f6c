"""HTTP on one side, our types on the other: a module or package per group of endpoints."""
