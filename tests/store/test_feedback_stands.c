/* test_feedback_stands.c: what was said and still stands, over what came later. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "store/feedback.h"

static struct arena arena;
static struct error error;
static struct feedback *feedback;

static void expect(enum status status) {
    if (status != STATUS_OK)
        fail_msg("%s", error.text);
}

static void say(const char *person, const char *item, enum feedback_kind kind, const char *said) {
    const struct feedback_event event = {.person = person,
                                         .item = item,
                                         .kind = kind,
                                         .value = (double)NAN,
                                         .time = 7,
                                         .hour = -1,
                                         .said = said};
    expect(feedback_append(feedback, &event, 1, &error));
}

static bool note(void *context, const struct feedback_standing *standing) {
    const struct feedback_event *event = &standing->event;
    buffer_format(context, "%s %s %s;", event->person, event->item,
                  event->said ? event->said : feedback_kind_name(event->kind));
    return true;
}

static void assert_stands(struct feedback_search search, const char *expected) {
    struct buffer found;
    buffer_init(&found, &arena);
    search.limit = search.limit ? search.limit : 100;
    expect(feedback_stands(feedback, &search, note, &found, &error));
    assert_string_equal(found.bytes, expected);
}

static void test_standing(void **state) {
    (void)state;
    say("a", "1", FEEDBACK_VIEW, "read");
    say("a", "1", FEEDBACK_LIKE, "star");
    say("a", "2", FEEDBACK_VIEW, NULL);
    say("b", "1", FEEDBACK_VIEW, "read");
    say("a", "1", FEEDBACK_VIEW, "watch");
    say("session:1", "1", FEEDBACK_VIEW, NULL);
    assert_stands((struct feedback_search){0}, "a 1 read;a 1 star;a 2 view;b 1 read;a 1 watch;");
    assert_stands((struct feedback_search){.person = "a", .said = "view"}, "a 2 view;");
    assert_stands((struct feedback_search){.item = "1", .said = "read"}, "a 1 read;b 1 read;");
    assert_stands((struct feedback_search){.after = 1, .limit = 2}, "a 1 star;a 2 view;");
    say("a", "1", FEEDBACK_VIEW, "read");
    assert_stands((struct feedback_search){.person = "a"}, "a 1 star;a 2 view;a 1 watch;a 1 read;");
    say("a", "1", FEEDBACK_REMOVE, NULL);
    assert_stands((struct feedback_search){.person = "a"}, "a 2 view;");
    assert_stands((struct feedback_search){.person = "a", .item = "1"}, "");
    say("a", "1", FEEDBACK_LIKE, NULL);
    assert_stands((struct feedback_search){.person = "a", .item = "1"}, "a 1 like;");
}

static bool note_person(void *context, const char *id, const char *labels) {
    buffer_format(context, "%s %s;", id, labels ? labels : "-");
    return true;
}

static bool note_item(void *context, const struct feedback_item *item) {
    buffer_format(context, "%s %s;", item->id, item->facts ? item->facts : "-");
    return true;
}

static void test_pages(void **state) {
    (void)state;
    struct buffer found;
    bool was_there;
    const struct feedback_item items[] = {{"x", "X", "", 0, NULL}, {"y", "", NULL, 1999, "{}"}};
    expect(feedback_set_labels(feedback, "c", "{\"k\":1}", &error));
    buffer_init(&found, &arena);
    expect(feedback_people_after(feedback, "a", 5, note_person, &found, &error));
    expect(feedback_people_after(feedback, "", 1, note_person, &found, &error));
    expect(feedback_person_find(feedback, "zz", note_person, &found, &error));
    assert_string_equal(found.bytes, "b -;c {\"k\":1};a -;");
    expect(feedback_set_items(feedback, items, 2, &error));
    buffer_init(&found, &arena);
    expect(feedback_items_after(feedback, "x", 5, note_item, &found, &error));
    expect(feedback_remove_item(feedback, "y", &was_there, &error));
    assert_true(was_there);
    expect(feedback_remove_item(feedback, "y", &was_there, &error));
    assert_false(was_there);
    expect(feedback_items_after(feedback, "", 5, note_item, &found, &error));
    assert_string_equal(found.bytes, "y {};x -;");
}

static int begin(void **state) {
    (void)state;
    return feedback_open(&feedback, "none", &error) == STATUS_OK ? 0 : -1;
}

static int end(void **state) {
    (void)state;
    feedback_close(feedback);
    arena_release(&arena);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_standing),
        cmocka_unit_test(test_pages),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
