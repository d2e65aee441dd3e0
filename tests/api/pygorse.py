"""Asks a Matinee server through PyGorse, the client package of Gorse, as a program of Gorse's would.

    python tests/api/pygorse.py http://127.0.0.1:8080/gorse

Everything that the client has is called; the last line counts what held.
"""
import asyncio
import sys

from gorse import AsyncGorse, Gorse, GorseException

passed = failed = 0


def check(what, found, expected):
    global passed, failed
    if found == expected:
        passed += 1
    else:
        failed += 1
        print(f"{what}: found {found!r}, expected {expected!r}")


def status_of(call):
    try:
        call()
    except GorseException as refused:
        return refused.status_code
    return 200


def users(client):
    user = {"UserId": "py1", "Labels": {"gender": "M", "occupation": "engineer"}, "Comment": "zhenghaoz"}
    check("insert_user", client.insert_user(user)["RowAffected"], 1)
    check("get_user", client.get_user("py1"), user)
    old = {"UserId": "py2", "Labels": ["a", "b"], "Comment": ""}
    check("insert_users", client.insert_users([old, {"UserId": "py3"}])["RowAffected"], 2)
    check("labels of 0.4", client.get_user("py2"), old)
    seen, cursor = [], ""
    while True:
        page, cursor = client.get_users(250, cursor)
        seen += [one["UserId"] for one in page]
        if not cursor:
            break
    check("every user once", len(seen), len(set(seen)))
    check("users of both", {"1", "610", "py1", "py2", "py3"} <= set(seen), True)
    check("delete_user", client.delete_user("py1")["RowAffected"], 1)
    check("is gone", status_of(lambda: client.get_user("py1")), 404)


def items(client):
    first, cursor = client.get_items(3)
    check("items", [one["ItemId"] for one in first], ["1", "2", "3"])
    check("more items", bool(cursor), True)
    check("title", first[0]["Comment"], "Toy Story (1995)")
    check("time", first[0]["Timestamp"], "1995-01-01T00:00:00Z")
    check("next page", client.get_items(1, cursor)[0][0]["ItemId"], "4")
    item = {"ItemId": "minions", "IsHidden": True, "Labels": {"embedding": [0.1, 0.2]},
            "Categories": ["Comedy", "Animation"], "Timestamp": "2015-06-17T10:00:00Z", "Comment": "Minions (2015)"}
    check("insert_item", client.insert_item(item)["RowAffected"], 1)
    check("get_item", client.get_item("minions"), item)
    check("update_item", client.update_item("minions", comment="小黄人 (2015)")["RowAffected"], 1)
    check("changed", client.get_item("minions"), {**item, "Comment": "小黄人 (2015)"})
    check("delete_item", client.delete_item("minions")["RowAffected"], 1)
    check("is gone", status_of(lambda: client.get_item("minions")), 404)
    check("search_items", client.search_items("Toy Story", 3)[0]["ItemId"], "1")


def feedback(client):
    def one(item, value):
        return {"FeedbackType": "watch", "UserId": "py4", "ItemId": item, "Value": value,
                "Timestamp": "2026-02-24T10:00:00Z", "Comment": "good"}
    sent = [one("1", 1.0), one("2", 2.0), one("3", 3.0)]
    check("insert_feedbacks", client.insert_feedbacks(sent)["RowAffected"], 3)
    check("list_feedbacks", client.list_feedbacks("watch", "py4"), sent)
    check("other type", client.list_feedbacks("star", "py4"), [])
    client.insert_feedback("star", "py4", "1", "2026-02-25")
    check("star", [f["ItemId"] for f in client.list_feedbacks("star", "py4")], ["1"])
    check("delete_feedback", client.delete_feedback("py4", "1")["RowAffected"], 2)
    check("is gone", [f["ItemId"] for f in client.list_feedbacks("watch", "py4")], ["2", "3"])
    seen, cursor = [], ""
    while True:
        page, cursor = client.get_feedbacks(1, cursor)
        seen += [(f["UserId"], f["ItemId"]) for f in page]
        if not cursor:
            break
    check("get_feedbacks", [f for f in seen if f[0] == "py4"], [("py4", "2"), ("py4", "3")])
    check("no type", status_of(lambda: client.insert_feedbacks([{"UserId": "a", "ItemId": "1"}])), 400)


def lists(client):
    known = client.get_recommend("1", n=5)
    check("recommend", (len(known), known[0].score >= known[4].score), (5, True))
    check("offset", client.get_recommend("1", n=3, offset=2)[0].id, known[2].id)
    comedy = client.get_recommend("1", category="Comedy", n=5)
    check("category", all("Comedy" in client.get_item(f.id)["Categories"] for f in comedy), True)
    check("nobody", len(client.get_recommend("nobody", n=5)), 5)
    before = [f.id for f in client.get_recommend("py5", n=5)]
    client.insert_feedback("star", "py5", before[0], "2026-02-25")
    check("is in the next list", before[0] in [f.id for f in client.get_recommend("py5", n=5)], False)
    check("get_neighbors", len(client.get_neighbors("1", 3)), 3)
    check("neighbors have", sorted(client.get_neighbors("1", 1)[0]), ["Id", "Score"])
    session = client.session_recommend([{"FeedbackType": "star", "UserId": "x", "ItemId": "1"}], 4)
    check("session_recommend", (len(session), "1" in [f["Id"] for f in session]), (4, False))


async def asynchronous(client):
    check("async get_item", (await client.get_item("1"))["Comment"], "Toy Story (1995)")
    check("async recommend", len(await client.get_recommend("1", n=4)), 4)
    await client.insert_feedback("star", "py6", "1", "2026-02-25")
    check("async feedback", len(await client.list_feedbacks("star", "py6")), 1)


def main():
    client = Gorse(sys.argv[1], "", timeout=10)
    for part in (users, items, feedback, lists):
        part(client)
    asyncio.run(asynchronous(AsyncGorse(sys.argv[1], "", timeout=10)))
    print(f"{passed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
