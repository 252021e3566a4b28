"""Why a project, a need or an offer comes out of a proposal as it does: start with `explain`."""
