/* test_api_gorse.c: Gorse's routes over a real socket, in the shapes of Gorse 0.4 and 0.5. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "api/loopback.h"

#define G "/gorse/api/"

static int start(void **state) {
    (void)state;
    return loopback_start_store(tiny_create(), "none");
}

#define ONE "{\"RowAffected\":1}"

static void feedback_stands_until_taken_back(void **state) {
    (void)state;
    const char *star = "[{\"FeedbackType\":\"star\",\"UserId\":\"bob\",\"ItemId\":10,"
                       "\"Timestamp\":\"2022-02-24\"}]";
    const char *kept = "{\"FeedbackType\":\"star\",\"UserId\":\"bob\",\"ItemId\":\"10\","
                       "\"Value\":0.0,\"Timestamp\":\"2022-02-24T00:00:00Z\",\"Comment\":\"\"}";
    const char *list = "[{\"FeedbackType\":\"star\",\"UserId\":\"bob\",\"ItemId\":\"10\","
                       "\"Value\":0.0,\"Timestamp\":\"2022-02-24T00:00:00Z\",\"Comment\":\"\"}]";
    loopback_ask("POST", G "feedback", star, 200, ONE);
    loopback_ask("GET", G "feedback/star/bob/10", NULL, 200, kept);
    loopback_ask("GET", G "user/bob/feedback/star", NULL, 200, list);
    loopback_ask("GET", G "feedback/bob/10", NULL, 200, list);
    loopback_ask("GET", G "item/10/feedback/star", NULL, 200, list);
    loopback_ask("GET", G "user/bob/feedback/read", NULL, 200, "[]");
    loopback_ask("GET", "/api/users/bob/ratings", NULL, 200, "...\"rating\":5.0");
    /* POST leaves what stands, PUT does not. */
    const char *later = "[{\"FeedbackType\":\"star\",\"UserId\":\"bob\",\"ItemId\":\"10\","
                        "\"Timestamp\":\"2023-01-01T00:00:00Z\",\"Value\":2,\"Comment\":\"x\"}]";
    loopback_ask("POST", G "feedback", later, 200, ONE);
    loopback_ask("GET", G "feedback/star/bob/10", NULL, 200, kept);
    loopback_ask("PUT", G "feedback", later, 200, ONE);
    loopback_ask("GET", G "feedback/star/bob/10", NULL, 200,
                 "...\"Value\":2.0,\"Timestamp\":\"2023");
    loopback_ask(
        "PUT", G "feedback",
        "[{\"FeedbackType\":\"read\",\"UserId\":\"bob\",\"ItemId\":\"10\"},"
        "{\"FeedbackType\":\"rating\",\"UserId\":\"bob\",\"ItemId\":\"20\",\"Value\":1.5}]",
        200, "{\"RowAffected\":2}");
    loopback_ask("DELETE", G "feedback/star/bob/10", NULL, 200, ONE);
    loopback_ask("GET", G "feedback/bob/10", NULL, 200, "...\"FeedbackType\":\"read\"");
    loopback_ask("GET", G "feedback/star/bob/10", NULL, 404, "...no such feedback");
    loopback_ask("DELETE", G "feedback/bob/10", NULL, 200, ONE);
    loopback_ask("DELETE", G "feedback/bob/10", NULL, 200, "{\"RowAffected\":0}");
    loopback_ask("GET", G "user/bob/feedback", NULL, 200, "...\"ItemId\":\"20\",\"Value\":1.5");
    loopback_ask("GET", G "feedback?n=1", NULL, 200, "...{\"Cursor\":\"s");
    loopback_ask("GET", G "feedback?cursor=s999", NULL, 200, "{\"Cursor\":\"\",\"Feedback\":[]}");
    loopback_ask("GET", G "feedback?cursor=x", NULL, 422, "...cursor");
}

static void what_is_no_feedback_is_refused(void **state) {
    (void)state;
    loopback_ask("POST", G "feedback", "[{\"UserId\":\"a\",\"ItemId\":\"1\"}]", 400,
                 "...feedback 1: Feed");
    loopback_ask("POST", G "feedback",
                 "[{\"FeedbackType\":\"remove\",\"UserId\":\"a\",\"ItemId\":\"1\"}]", 400,
                 "...FeedbackType");
    loopback_ask("POST", G "feedback",
                 "[{\"FeedbackType\":\"a\",\"UserId\":\"session:1\",\"ItemId\":\"1\"}]", 400,
                 "...UserId");
    loopback_ask(
        "POST", G "feedback",
        "[{\"FeedbackType\":\"a\",\"UserId\":\"a\",\"ItemId\":\"1\",\"Timestamp\":\"soon\"}]", 400,
        "...Timestamp");
    loopback_ask("POST", G "feedback",
                 "[{\"FeedbackType\":\"rating\",\"UserId\":\"a\",\"ItemId\":\"1\"}]", 400,
                 "...a rating has a Value");
    loopback_ask("POST", G "feedback", "{", 400, "...not JSON");
    loopback_ask("POST", G "feedback", "[]", 200, "{\"RowAffected\":0}");
}

static void users_come_and_go(void **state) {
    (void)state;
    loopback_ask("POST", G "user", "{\"UserId\":\"eve\",\"Labels\":{\"age\":3},\"Comment\":\"c\"}",
                 200, ONE);
    loopback_ask("GET", G "user/eve", NULL, 200,
                 "{\"UserId\":\"eve\",\"Comment\":\"c\",\"Labels\":{\"age\":3}}");
    loopback_ask("PATCH", G "user/eve", "{\"Labels\":[\"a\"]}", 200, ONE);
    /* What a change leaves out stays. */
    loopback_ask("GET", G "user/eve", NULL, 200,
                 "{\"UserId\":\"eve\",\"Comment\":\"c\",\"Labels\":[\"a\"]}");
    loopback_ask("PATCH", G "user/eve", "{\"Comment\":\"d\"}", 200, ONE);
    loopback_ask("GET", G "user/eve", NULL, 200,
                 "{\"UserId\":\"eve\",\"Comment\":\"d\",\"Labels\":[\"a\"]}");
    loopback_ask("PATCH", G "user/nobody", "{\"Comment\":\"d\"}", 404, "...no user");
    loopback_ask("GET", G "user/ann", NULL, 200,
                 "{\"UserId\":\"ann\",\"Comment\":\"\",\"Labels\":{}}");
    loopback_ask("GET", G "user/nobody", NULL, 404, "...no user");
    loopback_ask("GET", G "users?n=2", NULL, 200, "...{\"Cursor\":\"m2\",\"Users\":[");
    loopback_ask("GET", G "users?n=100", NULL, 200, "...{\"Cursor\":\"\",\"Users\":[");
    loopback_ask("GET", G "users?n=100", NULL, 200, "...\"UserId\":\"eve\"");
    loopback_ask("DELETE", G "user/ann", NULL, 200, ONE);
    loopback_ask("GET", G "user/ann", NULL, 404, "...no user");
    loopback_ask("GET", G "user/1/neighbors", NULL, 200, "...{\"Id\":\"");
    loopback_ask("POST", G "users", "[{\"Labels\":{}}]", 400, "...user 1: UserId");
}

static void items_come_and_go(void **state) {
    (void)state;
    loopback_ask("GET", G "item/10", NULL, 200, "...\"Categories\":[");
    loopback_ask("GET", G "item/10", NULL, 200, "...\"Comment\":\"Alpha (1990)\"");
    loopback_ask("POST", G "items",
                 "[{\"ItemId\":\"n\",\"Categories\":[\"Drama\"],\"Comment\":\"New\","
                 "\"Timestamp\":\"2020-01-02\"}]",
                 200, ONE);
    loopback_ask("GET", G "item/n", NULL, 200,
                 "{\"ItemId\":\"n\",\"IsHidden\":false,\"Labels\":null,\"Categories\":[\"Drama\"],"
                 "\"Timestamp\":\"2020-01-02\",\"Comment\":\"New\"}");
    loopback_ask("PATCH", G "item/n", "{\"IsHidden\":true,\"Labels\":{\"a\":1}}", 200, ONE);
    loopback_ask("GET", G "item/n", NULL, 200, "...\"IsHidden\":true,\"Labels\":{\"a\":1},");
    loopback_ask("GET", G "items?n=100", NULL, 200, "...\"ItemId\":\"n\"");
    loopback_ask("GET", G "items?q=alpha&n=1", NULL, 200,
                 "...{\"Cursor\":\"\",\"Items\":[{\"ItemId\":\"10\"");
    loopback_ask("DELETE", G "item/n", NULL, 200, ONE);
    loopback_ask("DELETE", G "item/n", NULL, 200, "{\"RowAffected\":0}");
    loopback_ask("GET", G "item/n", NULL, 404, "...no film");
    loopback_ask("PATCH", G "item/n", "{\"Comment\":\"x\"}", 404, "...no film");
    loopback_ask("POST", G "item", "{\"ItemId\":\"n\",\"Categories\":[\"a|b\"]}", 400,
                 "...Categories");
    /* What is hidden is in no list, until it is shown again. */
    loopback_ask("GET", G "recommend/1?n=1", NULL, 200, "[\"40\"]");
    loopback_ask("GET", G "popular?n=1", NULL, 200, "[{\"Id\":\"10\",\"Score\":3.0}]");
    loopback_ask("PATCH", G "item/40", "{\"IsHidden\":true}", 200, ONE);
    loopback_ask("PATCH", G "item/10", "{\"IsHidden\":true}", 200, ONE);
    loopback_ask("GET", G "recommend/1?n=1", NULL, 200, "[\"50\"]");
    loopback_ask("GET", G "popular?n=1", NULL, 200, "...[{\"Id\":\"20\"");
    loopback_ask("GET", G "item/20/neighbors?n=1", NULL, 200, "...[{\"Id\":\"30\"");
    loopback_ask("PATCH", G "item/40", "{\"IsHidden\":false}", 200, ONE);
    loopback_ask("GET", G "recommend/1?n=1", NULL, 200, "[\"40\"]");
}

static void lists_are_in_its_shape(void **state) {
    (void)state;
    struct client_answer answer =
        client_ask(loopback.port, "GET", G "recommend/1?n=2", "X-API-Version: 2\r\n", NULL);
    assert_non_null(strstr(answer.body, "[{\"Id\":\""));
    free(answer.body);
    loopback_ask("GET", G "recommend/1/?n=1", NULL, 200, "...[\"");
    loopback_ask("GET", G "recommend/nobody?n=1", NULL, 200, "...[\"");
    loopback_ask("GET", G "recommend/1/Nogenre", NULL, 200, "[]");
    loopback_ask("GET", G "item/10/neighbors/?n=1", NULL, 200, "...[{\"Id\":\"");
    loopback_ask("GET", G "item/99/neighbors", NULL, 404, "...no film");
    loopback_ask("GET", G "popular?n=1", NULL, 200, "...[{\"Id\":\"");
    loopback_ask("GET", G "latest?n=1&user-id=1", NULL, 200, "...[{\"Id\":\"");
    loopback_ask("GET", G "non-personalized/latest?n=1", NULL, 200, "...[{\"Id\":\"");
    loopback_ask("GET", G "item-to-item/neighbors/10?n=1", NULL, 200, "...[{\"Id\":\"");
    loopback_ask("GET", G "user-to-user/neighbors/1?n=1", NULL, 200, "...[{\"Id\":\"");
    loopback_ask("POST", G "session/recommend?n=1",
                 "[{\"FeedbackType\":\"star\",\"ItemId\":\"10\"}]", 200, "...[{\"Id\":\"");
    loopback_ask("GET", G "recommend/1?n=0", NULL, 422, "...n");
    loopback_ask("GET", G "health/ready", NULL, 200, "...\"Ready\":true");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(feedback_stands_until_taken_back),
        cmocka_unit_test(what_is_no_feedback_is_refused),
        cmocka_unit_test(users_come_and_go),
        cmocka_unit_test(items_come_and_go),
        cmocka_unit_test(lists_are_in_its_shape),
    };
    return cmocka_run_group_tests(tests, start, loopback_stop);
}
