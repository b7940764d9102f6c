"""`piste schema lint|get|push|pull|mirror`: schemas between files, registries and people."""
