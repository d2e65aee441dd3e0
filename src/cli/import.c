/* import.c: `matinee import`: what people bring along from elsewhere. Checked by
 * tests/cli/import.t. */
#include <stdio.h>
#include <string.h>

#include "cli/engine.h"
#include "cli/json.h"
#include "cli/model_folder.h"
#include "cli/people.h"
#include "cli/style.h"
#include "service/service_import.h"

#define NOTES_SHOWN 10

/* The films that titles and ids are looked up in. */
struct catalogue {
    struct dataset *data; /* of --data, or built in; NULL: the model's */
    struct engine engine;
    const struct dataset *films; /* NULL: `error` says why */
    struct error error;
};

static enum status open_catalogue(struct catalogue *catalogue, const struct arguments *arguments) {
    const char *data = command_text(arguments, "--data"),
               *model = command_text(arguments, "--model");
    struct error *error = &catalogue->error;
    if (!data && !model) {
        const enum status status = engine_open(&catalogue->engine, NULL, arguments, error);
        catalogue->films = status == STATUS_OK ? catalogue->engine.catalogue : NULL;
        if (status == STATUS_OK || !dataset_has_builtin())
            return status;
        data = "built-in";
    }
    if (model) {
        TRY(engine_open(&catalogue->engine, model, arguments, error));
        catalogue->films = catalogue->engine.catalogue;
        return STATUS_OK;
    }
    TRY(dataset_open(&catalogue->data, data, error));
    catalogue->films = catalogue->data;
    return STATUS_OK;
}

static void close_catalogue(struct catalogue *catalogue) {
    engine_close(&catalogue->engine);
    dataset_close(catalogue->data);
}

/* ---- The report ---- */

static const char *note_says(const struct import_note *note, const struct dataset *films,
                             struct arena *arena) {
    const char *year = note->year ? arena_format(arena, " (%d)", note->year) : "";
    if (note->kind == IMPORT_FAULT)
        return note->title;
    if (note->kind == IMPORT_NEAR)
        return arena_format(arena, "%s%s taken for %s", note->title, year,
                            films->movies[note->item].title);
    return arena_format(arena, "%s%s", note->title ? note->title : "an id without a title", year);
}

static void print_notes(const struct import_report *report, enum import_note_kind kind,
                        const char *heading, const struct dataset *films, struct arena *arena) {
    size_t count = 0;
    for (size_t i = 0; i < report->note_count; i++) {
        const struct import_note *note = &report->notes[i];
        if (note->kind != kind)
            continue;
        if (count == 0)
            printf("%s\n", heading);
        if (count++ < NOTES_SHOWN)
            printf("  %s:%zu: %s\n", note->file, note->line, note_says(note, films, arena));
    }
    if (count > NOTES_SHOWN)
        printf("  and %zu more; --json FILE lists them\n", count - NOTES_SHOWN);
}

static void print_count(const char *what, size_t count) {
    if (count > 0)
        printf("  %-28s %s\n", what, style_count(count).text);
}

static void print_report(const struct import_report *report, bool dry, const struct dataset *films,
                         struct arena *arena) {
    const struct style *style = style_of(stdout);
    for (size_t f = 0; f < IMPORTS_FORMATS; f++)
        if (report->films[f] > 0)
            printf("%s%s%s: %s title%s\n", style->bold, imports_format_name(f), style->off,
                   style_count(report->films[f]).text, report->films[f] == 1 ? "" : "s");
    print_count("found by id", report->by_id);
    print_count("found by title and year", report->by_title);
    print_count("found by a title nearly so", report->near);
    print_count("not found", report->not_found);
    print_count("series, episodes, games", report->others);
    if (report->person)
        printf("%sPerson %s%s%s\n", dry ? "Would be: " : "", style->bold, report->person,
               style->off);
    print_count("ratings", report->ratings);
    print_count("likes", report->likes);
    print_count("seen", report->views);
    print_count("known already", report->unchanged);
    if (report->library > 0)
        printf("Library: %s film%s\n", style_count(report->library).text,
               report->library == 1 ? "" : "s");
    if (report->lines > 0)
        printf("%s line%s of an export\n", style_count(report->lines).text,
               report->lines == 1 ? "" : "s");
    print_notes(report, IMPORT_NEAR, "Look whether these are right:", films, arena);
    print_notes(report, IMPORT_NOT_FOUND, "Not found:", films, arena);
    print_notes(report, IMPORT_FAULT, "Could not be read:", films, arena);
}

static json_t *notes_json(const struct import_report *report, const struct dataset *films) {
    static const char *const kinds[] = {
        [IMPORT_NOT_FOUND] = "not_found", [IMPORT_NEAR] = "near", [IMPORT_FAULT] = "fault"};
    json_t *list = json_array();
    for (size_t i = 0; i < report->note_count; i++) {
        const struct import_note *note = &report->notes[i];
        json_t *object = json_pack("{s:s, s:s, s:I, s:s?}", "kind", kinds[note->kind], "file",
                                   note->file, "line", (json_int_t)note->line,
                                   note->kind == IMPORT_FAULT ? "error" : "title", note->title);
        if (note->year)
            json_object_set_new(object, "year", json_integer(note->year));
        if (note->kind == IMPORT_NEAR)
            json_object_set_new(object, "film", json_film(films, note->item));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *report_json(const struct import_report *report, const struct dataset *films) {
    const struct {
        const char *name;
        size_t value;
    } rows[] = {{"by_id", report->by_id},         {"by_title", report->by_title},
                {"near", report->near},           {"not_found", report->not_found},
                {"others", report->others},       {"faults", report->faults},
                {"lines", report->lines},         {"ratings", report->ratings},
                {"likes", report->likes},         {"views", report->views},
                {"unchanged", report->unchanged}, {"library", report->library}};
    json_t *object = json_pack("{s:s?, s:o}", "person", report->person, "films", json_object());
    for (size_t f = 0; f < IMPORTS_FORMATS; f++)
        if (report->films[f] > 0)
            json_object_set_new(json_object_get(object, "films"), imports_format_name(f),
                                json_integer((json_int_t)report->films[f]));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        json_object_set_new(object, rows[i].name, json_integer((json_int_t)rows[i].value));
    json_object_set_new(object, "notes", notes_json(report, films));
    return object;
}

/* ---- The command ---- */

static enum status import_into(struct feedback *store, const struct catalogue *catalogue,
                               const struct arguments *arguments, struct error *error) {
    const bool dry = settings_bool(arguments->options, "--dry-run");
    const char *json = command_text(arguments, "--json");
    const struct import_target target = {store, catalogue->films, catalogue->error.text};
    const struct import_request request = {.paths = arguments->operands,
                                           .path_count = arguments->operand_count,
                                           .person = command_text(arguments, "--user"),
                                           .replace_library =
                                               settings_bool(arguments->options, "--replace"),
                                           .dry = dry};
    struct import_report report;
    TRY(service_import(&target, &request, arguments->arena, &report, error));
    if (json)
        TRY(json_write(report_json(&report, catalogue->films), json, error));
    if (!json || strcmp(json, "-") != 0)
        print_report(&report, dry, catalogue->films, arguments->arena);
    return STATUS_OK;
}

static enum status run(const struct arguments *arguments, struct error *error) {
    struct catalogue catalogue = {0};
    struct feedback *store;
    const bool is_asked = command_text(arguments, "--data") || command_text(arguments, "--model");
    const char *json = command_text(arguments, "--json");
    if (json)
        TRY(json_check(json, error));
    enum status status = open_catalogue(&catalogue, arguments);
    if (status != STATUS_OK && is_asked) {
        *error = catalogue.error;
    } else {
        status = people_open(&store, arguments, error);
        if (status == STATUS_OK) {
            status = import_into(store, &catalogue, arguments, error);
            feedback_close(store);
        }
    }
    close_catalogue(&catalogue);
    return status;
}

static const struct command_operand operands[] = {
    {"FILE", "exports of Letterboxd, IMDb, Trakt, Jellyfin, Plex, Kodi or Matinee; zips, folders",
     WORD_FILE, NULL},
    {NULL, NULL, WORD_NONE, NULL},
};

static const struct command_option options[] = {
    {{"--user", SETTING_TEXT, "", 0, 0, NULL, NULL,
      "whose it is; else a person named after the program that wrote it"},
     "ID",
     NULL,
     WORD_NONE},
    {{"--replace", SETTING_BOOL, "false", 0, 0, NULL, NULL,
      "the library becomes what the files have, and no more"},
     NULL,
     NULL,
     WORD_NONE},
    {{"--dry-run", SETTING_BOOL, "false", 0, 0, NULL, NULL, "say what would be, and write nothing"},
     NULL,
     NULL,
     WORD_NONE},
    {{"--json", SETTING_TEXT, "", 0, 0, NULL, NULL, "the report as JSON; - is standard output"},
     "FILE",
     NULL,
     WORD_FILE},
    {{"--model", SETTING_TEXT, "", 0, 0, NULL, NULL,
      "whose films they are looked up in; else the newest model, else the built-in data"},
     "FILE",
     NULL,
     WORD_FILE},
    {{"--data", SETTING_TEXT, "", 0, 0, NULL, NULL, "a data set in place of a model"},
     "NAME",
     NULL,
     WORD_DATA},
    PEOPLE_STORE_OPTION,
    MODEL_FOLDER_OPTION,
    {{NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL}, NULL, NULL, WORD_NONE},
};

static const struct command_example examples[] = {
    {"matinee import letterboxd-anna-2026.zip --user anna", "A person from Letterboxd."},
    {"matinee import ratings.csv --user anna --dry-run", "What IMDb's export would give."},
    {"matinee import movies.json", "A library of Jellyfin, Plex or Kodi."},
    {"matinee import everything.jsonl --store new.db", "What `matinee export all` wrote."},
    {NULL, NULL},
};

const struct command import_command = {
    .name = "import",
    .summary = "ratings, libraries and exports from elsewhere",
    .usage = "FILE ... [OPTIONS]",
    .about = "Each file is recognised by its content. Films are found by their IMDb or TMDb ids "
             "where the catalogue has them, else by title and year, slips of the pen forgiven, "
             "and what was not found is listed. Exports of Letterboxd, IMDb and Trakt become a "
             "person; libraries of Jellyfin, Plex and Kodi the films that the household has, and "
             "with --user also what was played. Importing a file again changes nothing, but for "
             "events of Matinee's own export, which are then there twice. A server on an SQLite "
             "store learns of it when it starts next; POST /api/admin/import tells a running one.",
    .operand_least = 1,
    .operand_repeats = true,
    .operands = operands,
    .options = options,
    .examples = examples,
    .run = run,
};
