"""What is said of an application that does not work."""

from ecslab.fault_lab.engine.goals import first_sentence


def test_a_reason_is_quoted_up_to_the_end_of_a_sentence(bay):
    fault = bay("no-public-ip")
    assert fault._case.lacking(fault._application()) == (
        "The service does not settle: 1 wanted, 0 running. The newest task that failed says: "
        "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull "
        "registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR."
    )


def test_the_end_of_a_sentence_is_none_within_a_number_or_a_name():
    assert first_sentence("dial tcp 3.5.1.9:443: i/o timeout") == "dial tcp 3.5.1.9:443: i/o timeout"
    assert first_sentence("Stopped at s3.amazonaws.com. Try again.") == "Stopped at s3.amazonaws.com."
    assert first_sentence("") == ""
