/* recommend.c: `matinee recommend`: films for one person, or a list for everybody. Checked by
 * tests/cli. */
#include <stdio.h>
#include <string.h>

#include "api/explain.h"
#include "base/buffer.h"
#include "base/files.h"
#include "base/progress.h"
#include "cli/command.h"
#include "cli/engine.h"
#include "cli/json.h"
#include "cli/model_folder.h"
#include "cli/person.h"
#include "cli/style.h"
#include "cli/table.h"

/* What a list starts from, for the line above it. */
static const char *basis_text(const struct person *person, const struct recommend_answer *answer,
                              struct arena *arena) {
    const char *text = answer->basis;
    if (person->history_count > 0)
        text = arena_format(arena, "%s, %s film%s", text, style_count(person->history_count).text,
                            person->history_count == 1 ? "" : "s");
    if (answer->popularity > 0)
        text = arena_format(arena, "%s; popularity has %.0f %%", text,
                            100 * (double)answer->popularity);
    return text;
}

/* "Comedy, as 12 of the 30 films that you liked; highly popular" */
static const char *notes_text(const struct recommendation *film, struct arena *arena) {
    const char *text = NULL;
    for (size_t n = 0; n < film->note_count; n++)
        text =
            text ? arena_format(arena, "%s; %s", text, film->notes[n].text) : film->notes[n].text;
    return text;
}

/* "als 0.812 (62 %), ease 0.402 (38 %)": what the parts of a model add. */
static const char *parts_text(const struct recommendation *film, struct arena *arena) {
    const char *text = NULL;
    for (size_t p = 0; p < film->part_count; p++)
        text = arena_format(arena, "%s%s%s %.3f (%.0f %%)",
                            text ? text : "parts: ", text ? ", " : "", film->parts[p].name,
                            (double)film->parts[p].amount, 100 * (double)film->parts[p].share);
    return text;
}

static void print_list(const struct engine *engine, const struct person *person,
                       const struct recommend_answer *answer, struct arena *arena) {
    const struct style *style = style_of(stdout);
    printf("%s%zu film%s for %s%s  %s(%s on %s; %s)%s\n\n", style->bold, answer->count,
           answer->count == 1 ? "" : "s", person->label, style->off, style->dim, engine->model.name,
           engine->model.data_name, basis_text(person, answer, arena), style->off);
    if (answer->count == 0) {
        puts("  No film is left: the wishes exclude all, or every film is known already.");
        return;
    }
    struct table table;
    table_init(&table, "rLLr", arena);
    table_row(&table, "", "film", "genres", "score", NULL);
    for (size_t i = 0; i < answer->count; i++) {
        const struct recommendation *film = &answer->list[i];
        engine_film_row(engine, &table, i + 1, film->item,
                        arena_format(arena, "%.6f", (double)film->score));
        table_note(&table, film->why);
        table_note(&table, notes_text(film, arena));
        table_note(&table, parts_text(film, arena));
    }
    table_print(&table, stdout);
}

static json_t *film_json(const struct engine *engine, const struct recommendation *film,
                         size_t rank) {
    json_t *object = json_film(engine->catalogue, film->item);
    json_object_set_new(object, "rank", json_integer((json_int_t)rank));
    json_object_set_new(object, "score", json_real((double)film->score));
    json_object_set_new(object, "raw_score", json_real((double)film->raw_score));
    if (film->why)
        json_object_set_new(object, "why", json_string(film->why));
    json_t *reasons = json_array();
    for (size_t i = 0; i < film->reason_count; i++) {
        json_t *reason = json_film(engine->catalogue, film->reasons[i].item);
        json_object_set_new(reason, "share", json_real((double)film->reasons[i].share));
        json_array_append_new(reasons, reason);
    }
    if (film->reason_count)
        json_object_set(object, "reasons", reasons);
    json_decref(reasons);
    if (film->note_count)
        json_object_set_new(object, "notes", explain_notes(film->notes, film->note_count));
    if (film->part_count)
        json_object_set_new(object, "parts", explain_parts(film->parts, film->part_count));
    return object;
}

static json_t *list_json(const struct engine *engine, const struct person *person,
                         const struct recommend_answer *answer) {
    json_t *films = json_array();
    for (size_t i = 0; i < answer->count; i++)
        json_array_append_new(films, film_json(engine, &answer->list[i], i + 1));
    json_t *user = person->request.person_count > 0
                       ? json_id(&engine->catalogue->users, person->who.user)
                       : json_null();
    return json_pack("{s:o, s:s, s:s, s:s, s:f, s:o}", "user_id", user, "model", engine->model.name,
                     "basis", answer->basis, "tier", answer->tier, "popularity_share",
                     (double)answer->popularity, "recommendations", films);
}

static enum status answer_one(const struct arguments *arguments, const struct engine *engine,
                              struct error *error) {
    struct person person;
    TRY(person_read(&person, arguments, engine, error));
    struct recommend_answer answer;
    TRY(service_recommend(engine->snapshot, &person.request, arguments->arena, &answer, error));
    const char *json = command_text(arguments, "--json");
    if (json)
        TRY(json_write(list_json(engine, &person, &answer), json, error));
    if (!json || strcmp(json, "-") != 0)
        print_list(engine, &person, &answer, arguments->arena);
    return STATUS_OK;
}

static void print_compared(const struct engine *engine, const struct person *person,
                           const struct compare_answer *answer, struct arena *arena) {
    const struct style *style = style_of(stdout);
    printf("%sThe last %zu of %zu ratings of %s%s  %s(%s on %s)%s\n\n", style->bold, answer->count,
           answer->rated, person->label, style->off, style->dim, engine->model.name,
           engine->model.data_name, style->off);
    struct table table;
    table_init(&table, "Lrrr", arena);
    table_row(&table, "film", "given", "predicted", "difference", NULL);
    for (size_t i = 0; i < answer->count; i++) {
        const struct compared_item *film = &answer->list[i];
        table_row(&table, engine->catalogue->movies[film->item].title,
                  arena_format(arena, "%g", (double)film->given),
                  arena_format(arena, "%.2f", (double)film->predicted),
                  arena_format(arena, "%+.2f", (double)film->predicted - (double)film->given),
                  NULL);
    }
    table_print(&table, stdout);
    printf("\n  rmse %.3f over all %zu; the model may have learnt from them.\n", answer->rmse,
           answer->rated);
}

static json_t *compared_json(const struct engine *engine, const struct person *person,
                             const struct compare_answer *answer) {
    json_t *films = json_array();
    for (size_t i = 0; i < answer->count; i++) {
        json_t *object = json_film(engine->catalogue, answer->list[i].item);
        json_object_set_new(object, "rating", json_real((double)answer->list[i].given));
        json_object_set_new(object, "predicted", json_real((double)answer->list[i].predicted));
        json_array_append_new(films, object);
    }
    json_t *user = person->request.person_count > 0
                       ? json_id(&engine->catalogue->users, person->who.user)
                       : json_null();
    return json_pack("{s:o, s:s, s:f, s:o}", "user_id", user, "model", engine->model.name, "rmse",
                     answer->rmse, "ratings", films);
}

/* --compare is of what the person has rated: nothing is chosen, so nothing can be wished. */
static enum status check_wishes(const struct arguments *arguments, struct error *error) {
    static const char *const wishes[] = {
        "--prefer", "--genre",       "--exclude-genre", "--exclude",
        "--strict", "--diversity",   "--explain",       "--diversity-method",
        "--years",  "--min-ratings", "--min-mean"};
    for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++)
        if (settings_is_set(arguments->options, wishes[i]))
            return error_set(error, STATUS_BAD_USAGE,
                             "%s chooses among films for a list; --compare shows all that the "
                             "person has rated: leave one of the two out",
                             wishes[i]);
    return STATUS_OK;
}

/* --compare: what the person gave beside what the model predicts. */
static enum status compare(const struct arguments *arguments, const struct engine *engine,
                           struct error *error) {
    TRY(check_wishes(arguments, error));
    struct person person;
    TRY(person_read(&person, arguments, engine, error));
    struct compare_answer answer;
    TRY(service_compare(engine->snapshot, &person.request, arguments->arena, &answer, error));
    const char *json = command_text(arguments, "--json");
    if (json)
        TRY(json_write(compared_json(engine, &person, &answer), json, error));
    if (!json || strcmp(json, "-") != 0)
        print_compared(engine, &person, &answer, arguments->arena);
    return STATUS_OK;
}

static const char *csv_id(const struct id_map *map, uint32_t index, struct arena *arena) {
    const struct text_slice id = id_map_name(map, index);
    return table_csv_field(arena_copy_length(arena, id.start, id.length), arena);
}

#define TOGETHER 256 /* people who are answered at a time */

/* How a user's list is written. */
typedef enum status write_list(struct files_writer *writer, const struct engine *engine,
                               uint32_t user, const struct recommend_answer *answer,
                               struct arena *arena, struct error *error);

static enum status write_csv(struct files_writer *writer, const struct engine *engine,
                             uint32_t user, const struct recommend_answer *answer,
                             struct arena *arena, struct error *error) {
    const struct dataset *catalogue = engine->catalogue;
    const char *id = csv_id(&catalogue->users, user, arena);
    for (size_t i = 0; i < answer->count; i++) {
        uint32_t item = answer->list[i].item;
        const char *line = arena_format(
            arena, "%s,%zu,%s,%.6g,%s\n", id, i + 1, csv_id(&catalogue->items, item, arena),
            (double)answer->list[i].score, table_csv_field(catalogue->movies[item].title, arena));
        TRY(files_writer_write(writer, line, strlen(line), error));
    }
    return STATUS_OK;
}

static int append(const char *bytes, size_t size, void *buffer) {
    buffer_bytes(buffer, bytes, size);
    return 0;
}

/* {"user_id": 1, "recommendations": [{"item_id": 2, "title": ..., "score": ...}]} in a line. */
static enum status write_jsonl(struct files_writer *writer, const struct engine *engine,
                               uint32_t user, const struct recommend_answer *answer,
                               struct arena *arena, struct error *error) {
    const struct dataset *catalogue = engine->catalogue;
    json_t *films = json_array();
    for (size_t i = 0; i < answer->count; i++) {
        json_t *film = json_film(catalogue, answer->list[i].item);
        json_object_set_new(film, "score", json_real((double)answer->list[i].score));
        json_array_append_new(films, film);
    }
    json_t *object = json_pack("{s:o, s:o}", "user_id", json_id(&catalogue->users, user),
                               "recommendations", films);
    struct buffer line;
    buffer_init(&line, arena);
    json_dump_callback(object, append, &line, JSON_COMPACT | JSON_REAL_PRECISION(6));
    json_decref(object);
    buffer_text(&line, "\n");
    return files_writer_write(writer, line.bytes, line.size, error);
}

/* The lists of `count` users from `first` on. */
static enum status write_block(struct files_writer *writer, const struct engine *engine,
                               struct recommend_request *request, uint32_t first, write_list *write,
                               struct error *error) {
    struct arena arena = {0};
    const uint32_t rest = engine->catalogue->users.count - first;
    const size_t count = rest < TOGETHER ? rest : TOGETHER;
    struct service_person *people = ARENA_ARRAY(&arena, struct service_person, count);
    struct recommend_answer *answers = ARENA_ARRAY(&arena, struct recommend_answer, count);
    for (uint32_t i = 0; i < count; i++)
        people[i] = service_person_known(engine->snapshot, first + i);
    request->people = people;
    request->person_count = count;
    enum status status = service_recommend_each(engine->snapshot, request, &arena, answers, error);
    for (uint32_t i = 0; i < count && status == STATUS_OK; i++)
        status = write(writer, engine, first + i, &answers[i], &arena, error);
    arena_release(&arena);
    return status;
}

static bool is_jsonl(const char *path) {
    const char *dot = strrchr(path, '.');
    return dot && (strcmp(dot, ".jsonl") == 0 || strcmp(dot, ".ndjson") == 0);
}

static enum status write_users(struct files_writer *writer, struct recommend_request *request,
                               const struct engine *engine, write_list *write,
                               struct error *error) {
    static const char header[] = "user_id,rank,item_id,score,title\n";
    if (write == write_csv)
        TRY(files_writer_write(writer, header, sizeof header - 1, error));
    struct progress progress;
    progress_init(&progress, false);
    progress_begin(&progress, "recommending", engine->catalogue->users.count);
    enum status status = STATUS_OK;
    for (uint32_t user = 0; user < engine->catalogue->users.count && status == STATUS_OK;
         user += TOGETHER) {
        status = write_block(writer, engine, request, user, write, error);
        progress_update(&progress, user + 1.0);
    }
    progress_end(&progress);
    return status;
}

static enum status answer_all(const struct arguments *arguments, const struct engine *engine,
                              struct error *error) {
    const char *out = command_text(arguments, "--out");
    if (!out)
        return error_set(error, STATUS_BAD_USAGE, "--all needs a file to write: --out FILE");
    if (command_text(arguments, "--user") || command_text(arguments, "--ratings"))
        return error_set(error, STATUS_BAD_USAGE,
                         "--all is for every user; leave --user and "
                         "--ratings out");
    struct person person;
    TRY(person_read_wishes(&person, arguments, engine, error));
    struct files_writer writer;
    TRY(files_writer_open(&writer, out, error));
    enum status status = write_users(&writer, &person.request, engine,
                                     is_jsonl(out) ? write_jsonl : write_csv, error);
    if (status != STATUS_OK) {
        files_writer_discard(&writer);
        return status;
    }
    TRY(files_writer_commit(&writer, error));
    printf("%s: %u users, %zu films each\n", out, engine->catalogue->users.count,
           person.request.top_k);
    return STATUS_OK;
}

static enum status run(const struct arguments *arguments, struct error *error) {
    if (command_text(arguments, "--out") && !settings_bool(arguments->options, "--all"))
        return error_set(error, STATUS_BAD_USAGE,
                         "--out is where --all writes; one person's list: --json FILE");
    if (settings_bool(arguments->options, "--all") &&
        settings_bool(arguments->options, "--compare"))
        return error_set(error, STATUS_BAD_USAGE,
                         "--compare is of one person, --all of everybody; leave one of them out");
    struct engine engine;
    enum status status = engine_open(&engine, command_operand(arguments, 0), arguments, error);
    if (status == STATUS_OK)
        status = (settings_bool(arguments->options, "--all") ? answer_all
                  : settings_bool(arguments->options, "--compare")
                      ? compare
                      : answer_one)(arguments, &engine, error);
    engine_close(&engine);
    return status;
}

static const struct command_operand operands[] = {
    MODEL_FILE_OPERAND,
    {NULL, NULL, WORD_NONE, NULL},
};

static const struct command_option options[] = {
    {{"--user", SETTING_TEXT, "", 0, 0, NULL, NULL, "a person of the data"}, "ID", NULL, WORD_NONE},
    {{"--ratings", SETTING_TEXT, "", 0, 0, NULL, NULL,
      "somebody new: lines of \"film,rating\", a film by id or title"},
     "FILE",
     NULL,
     WORD_FILE},
    {{"--prefer", SETTING_TEXT_LIST, "", 0, 0, NULL, NULL,
      "genres liked, 1 to 5 each: action=5,comedy=3"},
     "LIST",
     NULL,
     WORD_NONE},
    {{"--top-k", SETTING_INT, "10", 1, SERVICE_TOP_K_MAX, NULL, "--top_k", "how many films"},
     "N",
     "TOP_K",
     WORD_NONE},
    {{"--genre", SETTING_TEXT_LIST, "", 0, 0, NULL, NULL,
      "films of this genre first; may be given again"},
     "G",
     NULL,
     WORD_NONE},
    {{"--exclude-genre", SETTING_TEXT_LIST, "", 0, 0, NULL, NULL,
      "no films of this genre; may be given again"},
     "G",
     NULL,
     WORD_NONE},
    {{"--exclude", SETTING_TEXT_LIST, "", 0, 0, NULL, NULL,
      "not this film, by id or title; may be given again"},
     "FILM",
     NULL,
     WORD_NONE},
    {{"--strict", SETTING_BOOL, "false", 0, 0, NULL, NULL, "only the genres of --genre"},
     NULL,
     NULL,
     WORD_NONE},
    {{"--diversity", SETTING_REAL, "0", 0, 1, NULL, NULL, "how much variety of genres counts"},
     "X",
     NULL,
     WORD_NONE},
    {{"--diversity-method", SETTING_TEXT, "mmr", 0, 0, DIVERSITY_CHOICES, NULL,
      "variety of what kind"},
     "NAME",
     NULL,
     WORD_NONE},
    {{"--years", SETTING_TEXT, "", 0, 0, NULL, NULL,
      "films of these years: 1990-1999, 1994, 1990-"},
     "SPAN",
     NULL,
     WORD_NONE},
    {{"--min-ratings", SETTING_INT, "0", 0, 1e9, NULL, NULL, "films that so many people have"},
     "N",
     NULL,
     WORD_NONE},
    {{"--min-mean", SETTING_REAL, "0", 0, 100, NULL, NULL, "films with such a mean rating"},
     "X",
     NULL,
     WORD_NONE},
    TIERS_OPTION,
    {{"--explain", SETTING_BOOL, "false", 0, 0, NULL, NULL, "say why each film is there"},
     NULL,
     NULL,
     WORD_NONE},
    {{"--compare", SETTING_BOOL, "false", 0, 0, NULL, NULL,
      "the person's ratings beside those that the model predicts; no wishes with it"},
     NULL,
     NULL,
     WORD_NONE},
    {{"--all", SETTING_BOOL, "false", 0, 0, NULL, NULL,
      "a list for every user, as CSV or, by the name's end, JSONL"},
     NULL,
     NULL,
     WORD_NONE},
    {{"--out", SETTING_TEXT, "", 0, 0, NULL, NULL, "where --all writes"}, "FILE", NULL, WORD_FILE},
    {{"--json", SETTING_TEXT, "", 0, 0, NULL, NULL, "the answer as JSON; - is standard output"},
     "FILE",
     NULL,
     WORD_FILE},
    MODEL_FOLDER_OPTION,
    {{NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL}, NULL, NULL, WORD_NONE},
};

static const struct command_example examples[] = {
    {"matinee recommend --user 1 --explain", "Ten films for user 1 of the newest model, and why."},
    {"matinee recommend --ratings mine.csv --prefer comedy=5 --top-k 20",
     "For somebody new, from a file of ratings and a taste for comedies."},
    {"matinee recommend --user 1 --genre Horror --strict --exclude-genre Children",
     "Only horror, and nothing for children."},
    {"matinee recommend svd.safetensors --user 1 --compare",
     "How the model would have rated what user 1 has rated."},
    {"matinee recommend model.safetensors --all --out lists.csv",
     "Everybody's list at once; lists.jsonl: a JSON object for each."},
    {"matinee recommend --user 1 --years 1990-1999 --min-ratings 50 --diversity 0.3",
     "Films of the nineties that many have seen, and not all of one kind."},
    {NULL, NULL},
};

const struct command recommend_command = {
    .name = "recommend",
    .summary = "films for one person",
    .usage = "[FILE] --user ID [OPTIONS]\n[FILE] --ratings FILE [OPTIONS]\n"
             "[FILE] --prefer action=5,comedy=3 [OPTIONS]\n[FILE] --all --out FILE [OPTIONS]",
    .about =
        "Ranks the films that the person does not have yet, by the model's score. With --genre "
        "a film of a wanted genre gets 0.20 more, on scores of 0 to 1, unless --strict leaves "
        "the others out.",
    .operands = operands,
    .options = options,
    .examples = examples,
    .run = run,
};
