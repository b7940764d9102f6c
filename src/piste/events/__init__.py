"""The types that flow through the pipeline. Standard library only; imports nothing else of Piste."""
