/* test_feedback_import.c: an export, read into a fresh store, is exported the same again; lines
 * that are wrong are told of and left out. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/files.h"
#include "store/feedback.h"

static struct arena arena;
static struct error error;

static void expect(enum status status) {
    if (status != STATUS_OK)
        fail_msg("%s", error.text);
}

static struct feedback *open_store(const char *address) {
    struct feedback *feedback = NULL;
    expect(feedback_open(&feedback, address, &error));
    return feedback;
}

static bool add_line(void *context, const char *line, size_t length) {
    buffer_bytes(context, line, length);
    buffer_text(context, "\n");
    return true;
}

static const char *export_all(struct feedback *feedback) {
    struct buffer text;
    buffer_init(&text, &arena);
    expect(feedback_export(feedback, "all", NULL, add_line, &text, &error));
    return text.bytes;
}

/* How many lines were taken. */
static size_t import_text(struct feedback *feedback, const char *text) {
    struct feedback_imported lines[64];
    size_t count = 0, taken = 0;
    for (const char *at = text, *end; *at; at = end + 1) {
        end = strchr(at, '\n');
        lines[count++] = (struct feedback_imported){.text = at, .length = (size_t)(end - at)};
    }
    expect(feedback_import(feedback, lines, count, &error));
    for (size_t i = 0; i < count; i++)
        taken += !lines[i].fault;
    return taken;
}

static struct feedback_event event(const char *person, const char *item, enum feedback_kind kind,
                                   int64_t time) {
    return (struct feedback_event){.person = person,
                                   .item = item,
                                   .kind = kind,
                                   .value = kind == FEEDBACK_RATING ? 3.5 : (double)NAN,
                                   .time = time,
                                   .hour = -1};
}

static void fill(struct feedback *feedback) {
    struct feedback_event events[] = {
        event("anna", "1", FEEDBACK_VIEW, 10),
        event("anna", "1", FEEDBACK_RATING, 20),
        event("anna", "2", FEEDBACK_LIKE, 15),
        event("bj\xc3\xb6rn", "2", FEEDBACK_DISLIKE, 30),
        event("anna", "2", FEEDBACK_REMOVE, 40),
        event("anna", "2", FEEDBACK_VIEW, 41),
        event("anna", "3", FEEDBACK_IMPRESSION, 42),
        event("gone", "3", FEEDBACK_CLICK, 43),
        event("anna", "1", FEEDBACK_VIEW, 44),
    };
    events[2].said = "star";
    events[4].device = "tv";
    events[4].hour = 21;
    events[4].context = "{\"a\":[1,\"x,\\\"y\"]}";
    const struct feedback_item item = {"n1", "New, \"Film\"", "Drama|War", 2026, "{\"x\":[1]}"};
    const char *const library[] = {"2", "n1"};
    struct feedback_session session;
    expect(feedback_append(feedback, events, sizeof events / sizeof *events, &error));
    expect(feedback_set_labels(feedback, "anna", "{\"age\":30}", &error));
    expect(feedback_set_items(feedback, &item, 1, &error));
    expect(feedback_set_library(feedback, library, 2, false, &error));
    expect(feedback_erase(feedback, "gone", &error));
    expect(feedback_session_begin(feedback, 60, &arena, &session, &error));
    const struct feedback_event seen = event(session.id, "1", FEEDBACK_VIEW, 50);
    expect(feedback_append(feedback, &seen, 1, &error));
}

static void test_round_trip(void **state) {
    (void)state;
    struct feedback *from = open_store("none"), *to = open_store("none");
    fill(from);
    const char *first = export_all(from);
    assert_null(strstr(first, FEEDBACK_SESSION));
    size_t lines = 0;
    for (const char *at = first; *at; at++)
        lines += *at == '\n';
    assert_int_equal(import_text(to, first), lines);
    assert_string_equal(export_all(to), first);
    feedback_close(from);
    feedback_close(to);
}

/* A table of each part holds the same, as far as it goes: the first column of the first row. */
static void test_table(void **state) {
    (void)state;
    struct feedback *feedback = open_store("none");
    struct buffer text;
    fill(feedback);
    buffer_init(&text, &arena);
    expect(feedback_export_table(feedback, "items", add_line, &text, &error));
    assert_string_equal(text.bytes, "item,title,year,genres,facts\nn1,\"New, \"\"Film\"\"\",2026,"
                                    "Drama|War,\"{\"\"x\"\":[1]}\"\n");
    buffer_init(&text, &arena);
    expect(feedback_export_table(feedback, "ratings", add_line, &text, &error));
    assert_string_equal(text.bytes, "person,item,kind,value,time\nanna,1,rating,3.5,20\n"
                                    "anna,2,view,,41\nbj\xc3\xb6rn,2,dislike,,30\n");
    assert_int_equal(feedback_export_table(feedback, "all", add_line, &text, &error),
                     STATUS_BAD_USAGE);
    feedback_close(feedback);
}

static void test_faults(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "",
        "[]",
        "{",
        "{\"type\":\"key\",\"hash\":\"x\"}",
        "{\"type\":\"rating\",\"person\":\"a\"}",
        "{\"type\":\"rating\",\"person\":\"a\",\"item\":\"1\",\"kind\":\"rating\",\"time\":1}",
        "{\"type\":\"rating\",\"person\":\"a\",\"item\":\"1\",\"kind\":\"love\",\"time\":1}",
        "{\"type\":\"rating\",\"person\":\"a\",\"item\":\"1\",\"kind\":\"view\",\"time\":-1}",
        "{\"type\":\"rating\",\"person\":\"a\",\"item\":\"1\",\"kind\":\"impression\",\"time\":1}",
        "{\"type\":\"event\",\"person\":\"session:1\",\"item\":\"1\",\"kind\":\"view\",\"time\":1}",
        "{\"type\":\"event\",\"person\":\"a\",\"item\":\"1\",\"kind\":\"view\",\"hour\":24}",
        "{\"type\":\"event\",\"person\":\"a\",\"item\":\"1\",\"kind\":\"view\",\"context\":\"x\"}",
        "{\"type\":\"item\",\"item\":\"1\"}",
        "{\"type\":\"person\",\"person\":\"a\",\"labels\":1}",
        "{\"type\":\"person\",\"person\":\"a\\u0000b\"}",
        "{\"type\":\"library\",\"item\":\"\xff\"}"};
    struct feedback *feedback = open_store("none");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *text =
            arena_format(&arena, "%s\n{\"type\":\"library\",\"item\":\"%zu\"}\n", wrong[i], i);
        if (import_text(feedback, text) != 1)
            fail_msg("%s", wrong[i]);
    }
    struct feedback_counts counts;
    expect(feedback_count(feedback, &counts, &error));
    assert_int_equal(counts.library, sizeof wrong / sizeof *wrong);
    assert_int_equal(counts.people + counts.ratings + counts.events, 0);
    feedback_close(feedback);
}

/* A copy is a store that has the same, also of what is written while it is open. */
static void test_backup(void **state) {
    (void)state;
    char folder[] = "/tmp/matinee-backup-XXXXXX";
    assert_non_null(mkdtemp(folder));
    struct feedback *feedback = open_store(files_join(&arena, folder, "a.db"));
    const char *copy = files_join(&arena, folder, "b.db");
    fill(feedback);
    const char *before = export_all(feedback);
    expect(feedback_backup(feedback, copy, &error));
    const struct feedback_event later = event("late", "1", FEEDBACK_VIEW, 60);
    expect(feedback_append(feedback, &later, 1, &error));
    struct feedback *restored = open_store(copy);
    assert_string_equal(export_all(restored), before);
    expect(feedback_append(restored, &later, 1, &error));
    feedback_close(restored);
    feedback_close(feedback);
    expect(files_remove_folder(folder, &error));
}

static int end(void **state) {
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_backup),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}
