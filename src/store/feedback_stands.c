/* feedback_stands.c: what was said and has not been taken back or said anew, and people page by
 * page. See feedback.h.
 *
 * Idea     The events are the truth; whether one still stands is asked of those that came after it,
 *          by the index of persons.
 * Cost     For each event a look at the later ones of its person.
 * Checked  tests/store/test_feedback_stands.c. */
#include <math.h>
#include <string.h>

#include "store/feedback_internal.h"

/* Values are numbered in the order of their first use: sql.h. */
#define COLUMNS                                                                                    \
    "SELECT e.number, e.person, e.item, e.kind, e.value, e.time, e.context, e.said FROM events e"  \
    " WHERE e.kind <> 'remove' AND e.number > $1 AND ($2 = '' OR e.item = $2)"                     \
    " AND ($3 = '' OR COALESCE(e.said, e.kind) = $3)"
#define STANDS                                                                                     \
    " AND NOT EXISTS (SELECT 1 FROM events n WHERE n.person = e.person AND n.number > e.number"    \
    " AND n.item = e.item AND (n.kind = 'remove'"                                                  \
    " OR COALESCE(n.said, n.kind) = COALESCE(e.said, e.kind))) ORDER BY e.number LIMIT "

static const char of_one[] = COLUMNS " AND e.person = $4" STANDS "$5";
static const char of_all[] = COLUMNS " AND e.person NOT LIKE '" FEEDBACK_SESSION "%'" STANDS "$4";

struct visiting {
    feedback_visit_standing *visit;
    feedback_visit_person *visit_person;
    void *context;
};

static const char *text_or_null(const struct sql_value *value) {
    return value->kind == SQL_TEXT ? value->text : NULL;
}

static bool visit_standing(void *context, const struct sql_value *columns, size_t count) {
    const struct visiting *visiting = context;
    (void)count;
    struct feedback_standing standing = {
        .number = columns[0].integer,
        .event = {.person = columns[1].text,
                  .item = columns[2].text,
                  .value = columns[4].kind == SQL_REAL ? columns[4].real : (double)NAN,
                  .time = columns[5].integer,
                  .hour = -1,
                  .context = text_or_null(&columns[6]),
                  .said = text_or_null(&columns[7])}};
    if (!feedback_kind_find(&standing.event.kind, columns[3].text))
        return true;
    return visiting->visit(visiting->context, &standing);
}

enum status feedback_stands(struct feedback *feedback, const struct feedback_search *search,
                            feedback_visit_standing *visit, void *context, struct error *error) {
    struct sql_value values[5] = {sql_integer(search->after),
                                  sql_text(search->item ? search->item : ""),
                                  sql_text(search->said ? search->said : "")};
    size_t count = 3;
    if (search->person)
        values[count++] = sql_text(search->person);
    values[count++] = sql_integer((int64_t)search->limit);
    const struct sql_statement statement = {
        .text = search->person ? of_one : of_all, .values = values, .count = count};
    struct visiting visiting = {.visit = visit, .context = context};
    return feedback_ask(feedback, &statement, visit_standing, &visiting, error);
}

static bool visit_person(void *context, const struct sql_value *columns, size_t count) {
    const struct visiting *visiting = context;
    (void)count;
    return visiting->visit_person(visiting->context, columns[0].text, text_or_null(&columns[1]));
}

enum status feedback_people_after(struct feedback *feedback, const char *after, size_t limit,
                                  feedback_visit_person *visit, void *context,
                                  struct error *error) {
    const struct sql_value values[] = {sql_text(after), sql_integer((int64_t)limit)};
    const struct sql_statement statement = FEEDBACK_STATEMENT(
        "SELECT id, labels FROM people WHERE id > $1 ORDER BY id LIMIT $2", values);
    struct visiting visiting = {.visit_person = visit, .context = context};
    return feedback_ask(feedback, &statement, visit_person, &visiting, error);
}

enum status feedback_person_find(struct feedback *feedback, const char *id,
                                 feedback_visit_person *visit, void *context, struct error *error) {
    const struct sql_value values[] = {sql_text(id)};
    const struct sql_statement statement =
        FEEDBACK_STATEMENT("SELECT id, labels FROM people WHERE id = $1", values);
    struct visiting visiting = {.visit_person = visit, .context = context};
    return feedback_ask(feedback, &statement, visit_person, &visiting, error);
}
