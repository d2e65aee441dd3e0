/* context.c: see context.h. Checked by tests/api/test_api_context.c. */
#include "store/context.h"

#include "store/feedback_internal.h"

struct shown {
    context_visit_item *visit;
    void *context;
};

static bool read_shown(void *context, const struct sql_value *columns, size_t count) {
    (void)count;
    const struct shown *shown = context;
    return shown->visit(shown->context, columns[0].text);
}

enum status context_shown(struct feedback *feedback, const char *person, int64_t since,
                          context_visit_item *visit, void *context, struct error *error) {
    const struct sql_value values[] = {
        sql_text(person), sql_text(feedback_kind_name(FEEDBACK_IMPRESSION)), sql_integer(since)};
    const struct sql_statement statement = FEEDBACK_STATEMENT(
        "SELECT DISTINCT item FROM events WHERE person = $1 AND kind = $2 AND time >= $3", values);
    struct shown shown = {visit, context};
    return feedback_ask(feedback, &statement, read_shown, &shown, error);
}

struct met {
    context_visit_count *visit;
    void *context;
};

static bool read_met(void *context, const struct sql_value *columns, size_t count) {
    (void)count;
    const struct met *met = context;
    const struct context_count found = {columns[0].text, columns[1].integer, columns[2].integer};
    return met->visit(met->context, &found);
}

enum status context_met(struct feedback *feedback, const char *device, int64_t since,
                        context_visit_count *visit, void *context, struct error *error) {
    const struct sql_value values[] = {
        sql_text(device), sql_integer(since), sql_text(feedback_kind_name(FEEDBACK_VIEW)),
        sql_text(feedback_kind_name(FEEDBACK_RATING)), sql_text(feedback_kind_name(FEEDBACK_LIKE))};
    const struct sql_statement statement = FEEDBACK_STATEMENT(
        "SELECT item, COALESCE(hour, -1), COUNT(*) FROM events WHERE device = $1 AND time >= $2"
        " AND kind IN ($3, $4, $5) GROUP BY item, COALESCE(hour, -1)",
        values);
    struct met met = {visit, context};
    return feedback_ask_long(feedback, &statement, read_met, &met, error);
}
