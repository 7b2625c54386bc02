# options: dbos-version=3.4
"""Answers of the shop carry what an error of a workflow holds."""

from dbos import DBOS, PortableWorkflowError, error


def answer(order: str) -> tuple[int, object]:
    try:
        return 200, DBOS.retrieve_workflow(order).get_result()
    except PortableWorkflowError as problem:
        return 500, problem.to_error_data()
    except error.DBOSNotAuthorizedError as problem:
        return problem.status_code, str(problem)
