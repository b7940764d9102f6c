"""Piste: the behavioural-data pipeline in one package."""

__version__ = "0.1.0"
