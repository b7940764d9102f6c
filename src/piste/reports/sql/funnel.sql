-- How many visits of a period reached each step: by its first hit after the one that reached the step before.
{visits},
{steps}
{counts}
