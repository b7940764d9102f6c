"""Engines that keep events. They know SQL dialects, transactions and files, and no business rules."""
