"""A version of the policy is tried, published and taken back over HTTP (R53)."""

import httpx
from journeys.patience import until
from journeys.programme import Programme
from journeys.served import asked, served
from journeys.wire_input import good, order, send

from streams.policies.load import policy_text


def raised(number: int) -> str:
    """The grocery's policy as a later version, with a lower bound of silver."""
    text = policy_text("grocery-usd").replace("version: 1\n", f"version: {number}\n")
    return text.replace("enter: 30", "enter: 10").replace("keep: 27", "keep: 9")


async def test_a_version_is_published_and_taken_back(stack, tmp_path):
    """Answers go over to the version in force, customers with it; who published is told."""
    async with Programme(stack, tmp_path, "versions") as programme:
        await programme.worker()
        await send(stack.bootstrap, programme.prefix, [good(0, order(0, "ann"))])
        await programme.taken(1)
        async with served(programme) as client:
            assert await in_force(client, 1)
            text = raised(2)
            differing = await client.post("/api/policies/diff", json={"text": text})
            assert differing.json()["differences"], differing.text
            said = {"text": text, "reason": "spring"}
            done = await client.post("/api/policies/publish", json=said)
            assert (done.status_code, done.json()["published"]) == (200, True), done.text
            await until(lambda: in_force(client, 2), "version 2 in force")
            again = await client.post("/api/policies/publish", json=said)
            assert again.json()["published"] is False
            lower = await client.post("/api/policies/publish", json={"text": raised(1)})
            assert lower.status_code == 409
            row = await asked(client, "/api/policies/2")
            assert (row["by"], row["reason"], row["text"]) == ("open", "spring", text)
            await until(lambda: graded_by(client, 2), "graded by version 2")
            back = {"version": 1, "reason": "too many"}
            done = await client.post("/api/policies/rollback", json=back)
            assert done.json()["version"] == 1, done.text
            await until(lambda: in_force(client, 1), "version 1 in force again")
            never = await client.post("/api/policies/rollback", json={**back, "version": 9})
            assert never.json()["error"]["code"] == "unknown_version"


async def test_a_policy_that_was_sent_reads_no_file(stack, tmp_path):
    """What it extends must be a preset: a path could name anything on this machine."""
    async with Programme(stack, tmp_path, "no-files") as programme, served(programme) as client:
        for base in ("/etc/passwd", "../x.yaml"):
            checked = await client.post(
                "/api/policies/check", json={"text": f"extends: {base}\npolicy: x\nversion: 1\n"}
            )
            (problem,) = checked.json()["problems"]
            assert (problem["path"], problem["value"]) == ("extends", base)
            assert "must be a preset" in problem["message"]
        branch = "extends: grocery-usd\npolicy: branch\nversion: 1\n"
        checked = await client.post("/api/policies/check", json={"text": branch})
        assert checked.json()["good"], checked.text


async def in_force(client: httpx.AsyncClient, version: int) -> bool:
    """Whether the list names this version as the one in force."""
    rows = (await asked(client, "/api/policies"))["versions"]
    return [row["version"] for row in rows if row["in_force"]] == [version]


async def graded_by(client: httpx.AsyncClient, version: int) -> bool:
    """Whether ann's grade is by this version."""
    grade = await asked(client, "/api/client/grade/ann")
    return grade["freshness"]["policy"]["version"] == version
