/* feedback_items.c: films that were added, the household's library. See feedback.h. Checked
 * by tests/store/test_feedback.c. */
#include <string.h>

#include "store/feedback_internal.h"

#define ITEM_VALUES 5

/* Writes statements, and tells other programs that films are others: `statements` has room for one
 * more. */
static enum status write_films(struct feedback *feedback, struct sql_statement *statements,
                               size_t count, struct arena *scratch, struct error *error) {
    statements[count] = feedback_tell(feedback, SQL_NEWS_FILMS, "", scratch);
    return feedback_write(feedback, statements, count + (statements[count].text != NULL), error);
}

enum status feedback_set_items(struct feedback *feedback, const struct feedback_item *items,
                               size_t count, struct error *error) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct sql_statement *statements = ARENA_ARRAY(scratch, struct sql_statement, count + 1);
    struct sql_value *values = ARENA_ARRAY(scratch, struct sql_value, ITEM_VALUES * count);
    for (size_t i = 0; i < count; i++) {
        struct sql_value *own = values + ITEM_VALUES * i;
        own[0] = sql_text(items[i].id);
        own[1] = sql_text(items[i].title);
        own[2] = sql_integer(items[i].year);
        own[3] = sql_text(items[i].genres ? items[i].genres : "");
        own[4] = sql_text(items[i].facts);
        statements[i] = (struct sql_statement){
            "INSERT INTO items (id, title, year, genres, facts) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT (id) DO UPDATE SET title = excluded.title, year = excluded.year,"
            " genres = excluded.genres, facts = excluded.facts",
            own, ITEM_VALUES};
    }
    const enum status status = write_films(feedback, statements, count, scratch, error);
    arena_reset(scratch, mark);
    return status;
}

struct visiting {
    feedback_visit_item *visit_item;
    feedback_visit *visit;
    void *context;
};

static bool visit_item(void *context, const struct sql_value *columns, size_t count) {
    const struct visiting *visiting = context;
    (void)count;
    const struct feedback_item item = {.id = columns[0].text,
                                       .title = columns[1].text,
                                       .year = columns[2].integer,
                                       .genres = columns[3].text,
                                       .facts =
                                           columns[4].kind == SQL_TEXT ? columns[4].text : NULL};
    return visiting->visit_item(visiting->context, &item);
}

enum status feedback_items(struct feedback *feedback, feedback_visit_item *visit, void *context,
                           struct error *error) {
    static const struct sql_statement statement = {
        .text = "SELECT id, title, year, genres, facts FROM items ORDER BY id"};
    struct visiting visiting = {.visit_item = visit, .context = context};
    return feedback_ask_long(feedback, &statement, visit_item, &visiting, error);
}

enum status feedback_items_after(struct feedback *feedback, const char *after, size_t limit,
                                 feedback_visit_item *visit, void *context, struct error *error) {
    const struct sql_value values[] = {sql_text(after), sql_integer((int64_t)limit)};
    const struct sql_statement statement =
        FEEDBACK_STATEMENT("SELECT id, title, year, genres, facts FROM items WHERE id > $1"
                           " ORDER BY id LIMIT $2",
                           values);
    struct visiting visiting = {.visit_item = visit, .context = context};
    return feedback_ask(feedback, &statement, visit_item, &visiting, error);
}

enum status feedback_item_find(struct feedback *feedback, const char *id,
                               feedback_visit_item *visit, void *context, struct error *error) {
    const struct sql_value values[] = {sql_text(id)};
    const struct sql_statement statement = FEEDBACK_STATEMENT(
        "SELECT id, title, year, genres, facts FROM items WHERE id = $1", values);
    struct visiting visiting = {.visit_item = visit, .context = context};
    return feedback_ask(feedback, &statement, visit_item, &visiting, error);
}

static bool note_item(void *context, const struct feedback_item *item) {
    (void)item;
    *(bool *)context = true;
    return false;
}

enum status feedback_remove_item(struct feedback *feedback, const char *id, bool *was_there,
                                 struct error *error) {
    const struct sql_value values[] = {sql_text(id)};
    struct sql_statement statements[2] = {
        FEEDBACK_STATEMENT("DELETE FROM items WHERE id = $1", values)};
    *was_there = false;
    TRY(feedback_item_find(feedback, id, note_item, was_there, error));
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    const enum status status = write_films(feedback, statements, 1, scratch, error);
    arena_reset(scratch, mark);
    return status;
}

static bool take_kind(void *context, const struct sql_value *columns, size_t count) {
    struct feedback_item_counts *counts = context;
    enum feedback_kind kind;
    (void)count;
    if (!feedback_kind_find(&kind, columns[0].text))
        return true;
    const int64_t people = columns[1].integer;
    if (kind == FEEDBACK_RATING) {
        counts->rated = people;
        counts->sum = columns[2].kind == SQL_REAL ? columns[2].real : (double)columns[2].integer;
    }
    counts->liked += kind == FEEDBACK_LIKE ? people : 0;
    counts->disliked += kind == FEEDBACK_DISLIKE ? people : 0;
    counts->viewed += kind == FEEDBACK_VIEW ? people : 0;
    return true;
}

enum status feedback_item_count(struct feedback *feedback, const char *id,
                                struct feedback_item_counts *counts, struct error *error) {
    const struct sql_value values[] = {sql_text(id)};
    const struct sql_statement statement = FEEDBACK_STATEMENT(
        "SELECT kind, COUNT(*), COALESCE(SUM(value), 0) FROM ratings WHERE item = $1"
        " AND person NOT LIKE 'session:%' GROUP BY kind",
        values);
    *counts = (struct feedback_item_counts){0};
    return feedback_ask(feedback, &statement, take_kind, counts, error);
}

enum status feedback_set_library(struct feedback *feedback, const char *const *items, size_t count,
                                 bool replace, struct error *error) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct sql_statement *statements = ARENA_ARRAY(scratch, struct sql_statement, count + 1);
    struct sql_value *values = ARENA_ARRAY(scratch, struct sql_value, count);
    size_t used = 0;
    if (replace)
        statements[used++] = (struct sql_statement){.text = "DELETE FROM library"};
    for (size_t i = 0; i < count; i++) {
        values[i] = sql_text(items[i]);
        statements[used++] = (struct sql_statement){
            "INSERT INTO library (item) VALUES ($1) ON CONFLICT (item) DO NOTHING", &values[i], 1};
    }
    const enum status status = feedback_write(feedback, statements, used, error);
    arena_reset(scratch, mark);
    return status;
}

static bool visit_library(void *context, const struct sql_value *columns, size_t count) {
    const struct visiting *visiting = context;
    (void)count;
    return visiting->visit(visiting->context, columns[0].text, false);
}

enum status feedback_library(struct feedback *feedback, feedback_visit *visit, void *context,
                             struct error *error) {
    static const struct sql_statement statement = {.text =
                                                       "SELECT item FROM library ORDER BY item"};
    struct visiting visiting = {.visit = visit, .context = context};
    return feedback_ask(feedback, &statement, visit_library, &visiting, error);
}
