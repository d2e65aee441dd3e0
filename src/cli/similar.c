/* similar.c: `matinee similar`: the films nearest to one. Checked by tests/cli. */
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "base/terminal.h"
#include "cli/command.h"
#include "cli/engine.h"
#include "cli/json.h"
#include "cli/model_folder.h"
#include "cli/style.h"
#include "cli/table.h"
#include "trackers/mlflow_registry.h"

/* Of "[FILE] --item ID" and "[FILE] TITLE": a single word is a file if there is such a file. */
static enum status read_words(const struct arguments *arguments, const char **file,
                              const char **film, struct error *error) {
    const char *first = command_operand(arguments, 0), *second = command_operand(arguments, 1);
    *film = command_text(arguments, "--item");
    bool first_is_file =
        first && (second || *film || files_is_regular(first) || mlflow_registry_names(first));
    *file = first_is_file ? first : NULL;
    const char *title = first_is_file ? second : first;
    if (*film && title)
        return error_set(error, STATUS_BAD_USAGE, "--item and \"%.64s\" name two films", title);
    *film = *film ? *film : title;
    if (!*film || !**film)
        return error_set(error, STATUS_BAD_USAGE, "similar to which film? --item ID or a title");
    return STATUS_OK;
}

static void print_list(const struct engine *engine, uint32_t item,
                       const struct similar_answer *answer, struct arena *arena) {
    const struct style *style = style_of(stdout);
    printf("%sSimilar to %s%s  %s(%s on %s)%s\n\n", style->bold,
           terminal_tamed(engine->catalogue->movies[item].title, arena), style->off, style->dim,
           engine->model.name, engine->model.data_name, style->off);
    if (answer->count == 0) {
        puts("  None: the model has met nobody who tells what it is like.");
        return;
    }
    struct table table;
    table_init(&table, "rLLr", arena);
    table_row(&table, "", "film", "genres", answer->scale == SIMILAR_SCORE ? "score" : "similarity",
              NULL);
    for (size_t i = 0; i < answer->count; i++)
        engine_film_row(engine, &table, i + 1, answer->list[i].item,
                        arena_format(arena, "%.3f", (double)answer->list[i].similarity));
    table_print(&table, stdout);
}

static json_t *list_json(const struct engine *engine, uint32_t item,
                         const struct similar_answer *answer) {
    json_t *films = json_array();
    for (size_t i = 0; i < answer->count; i++) {
        json_t *film = json_film(engine->catalogue, answer->list[i].item);
        json_object_set_new(film, "similarity", json_real((double)answer->list[i].similarity));
        json_array_append_new(films, film);
    }
    return json_pack("{s:o, s:s, s:s, s:o}", "item_id", json_id(&engine->catalogue->items, item),
                     "model", engine->model.name, "scale", service_scale_name(answer->scale),
                     "similar_items", films);
}

static enum status answer_film(const struct arguments *arguments, const struct engine *engine,
                               const char *film, struct error *error) {
    uint32_t item;
    TRY(engine_film(engine, film, &item, error));
    struct similar_answer answer;
    size_t top_k = (size_t)settings_int(arguments->options, "--top-k");
    TRY(service_similar(engine->snapshot, item, top_k, arguments->arena, &answer, error));
    const char *json = command_text(arguments, "--json");
    if (json)
        TRY(json_write(list_json(engine, item, &answer), json, error));
    if (!json || strcmp(json, "-") != 0)
        print_list(engine, item, &answer, arguments->arena);
    return STATUS_OK;
}

static enum status run(const struct arguments *arguments, struct error *error) {
    const char *file, *film;
    TRY(read_words(arguments, &file, &film, error));
    struct engine engine;
    enum status status = engine_open(&engine, file, arguments, error);
    if (status == STATUS_OK)
        status = answer_film(arguments, &engine, film, error);
    engine_close(&engine);
    return status;
}

static const struct command_operand operands[] = {
    MODEL_FILE_OPERAND,
    {"TITLE", "the film's title, with or without its year", WORD_NONE, NULL},
    {NULL, NULL, WORD_NONE, NULL},
};

static const struct command_option options[] = {
    {{"--item", SETTING_TEXT, "", 0, 0, NULL, NULL, "the film, by id or title"},
     "ID",
     NULL,
     WORD_NONE},
    {{"--top-k", SETTING_INT, "10", 1, SERVICE_TOP_K_MAX, NULL, "--top_k", "how many films"},
     "N",
     "TOP_K",
     WORD_NONE},
    {{"--json", SETTING_TEXT, "", 0, 0, NULL, NULL, "the answer as JSON; - is standard output"},
     "FILE",
     NULL,
     WORD_FILE},
    MODEL_FOLDER_OPTION,
    {{NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL}, NULL, NULL, WORD_NONE},
};

static const struct command_example examples[] = {
    {"matinee similar \"Toy Story\"", "The ten films nearest to Toy Story."},
    {"matinee similar model.safetensors --item 1 --top-k 5", "The same by id, in one model."},
    {NULL, NULL},
};

const struct command similar_command = {
    .name = "similar",
    .summary = "films similar to one",
    .usage = "[FILE] \"TITLE\" [OPTIONS]\n[FILE] --item ID [OPTIONS]",
    .about = "Ranks films by how like one they are: by the distance of the model's vectors, as "
             "1 / (1 + distance); for a model that compares films, such as item_knn, by its own "
             "similarity; for any other by its score for somebody who has seen only that film.",
    .operands = operands,
    .options = options,
    .examples = examples,
    .run = run,
};
