/* search.c: `matinee search`: films for a wish in plain words. Checked by tests/cli. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "api/wish_json.h"
#include "base/files.h"
#include "base/terminal.h"
#include "cli/command.h"
#include "cli/engine.h"
#include "cli/json.h"
#include "cli/model_folder.h"
#include "cli/person.h"
#include "cli/style.h"
#include "cli/table.h"
#include "cli/user.h"
#include "cli/wording.h"
#include "service/service_person.h"
#include "service/service_search.h"
#include "trackers/mlflow_registry.h"

/* Of "[FILE] WORDS ...": the first is a file if there is such a file and something follows; the
 * words may also come without quotes around them all. */
static const char *read_words(const struct arguments *arguments, const char **file) {
    const char *first = command_operand(arguments, 0), *text = "";
    const bool is_file =
        arguments->operand_count > 1 && (files_is_regular(first) || mlflow_registry_names(first));
    *file = is_file ? first : NULL;
    for (size_t i = is_file; i < arguments->operand_count; i++)
        text = arena_format(arguments->arena, "%s%s%s", text, *text ? " " : "",
                            arguments->operands[i]);
    return text;
}

static double said(const struct arguments *arguments, const char *option) {
    return settings_is_set(arguments->options, option) ? settings_real(arguments->options, option)
                                                       : SEARCH_UNSAID;
}

static enum status read_person(struct service_person *person, const char *user,
                               const struct engine *engine, struct error *error) {
    uint32_t index;
    TRY(user_find(engine->catalogue, user, &index, error));
    *person = service_person_known(engine->snapshot, index);
    return STATUS_OK;
}

static void read_request(struct search_request *request, const char *text,
                         const struct arguments *arguments) {
    *request = (struct search_request){
        .text = text,
        .length = strlen(text),
        .genre_alpha = said(arguments, "--genre-alpha"),
        .pop_alpha = said(arguments, "--pop-alpha"),
        .embed_alpha = said(arguments, "--embed-alpha"),
        .candidate_pool = settings_is_set(arguments->options, "--candidate-pool")
                              ? (double)settings_int(arguments->options, "--candidate-pool")
                              : SEARCH_UNSAID,
        .strict = settings_bool(arguments->options, "--strict"),
        .asked = {.strict = true,
                  .by_tier = settings_bool(arguments->options, "--tiers"),
                  .explain = settings_bool(arguments->options, "--explain"),
                  .top_k = (size_t)settings_int(arguments->options, "--top-k")}};
    request->removed_count =
        settings_text_list(arguments->options, "--without-chips", &request->removed);
}

/* ---- For a person ---- */

static void print_chips(const struct search_answer *answer, struct arena *arena) {
    const char *line = "";
    for (size_t i = 0; i < answer->rules.chip_count; i++)
        line = arena_format(arena, "%s%s[%s]", line, i ? " " : "", answer->rules.chips[i].label);
    if (!*line)
        return;
    fputs("  ", stdout);
    style_paragraph(stdout, line, 2, 2);
}

static const char *weights_text(const struct engine *engine, const struct wish *wish,
                                struct arena *arena) {
    const char *text = "";
    for (uint32_t g = 0; g < engine->catalogue->genre_count; g++)
        if (wish->weights[g] >= 0.005f)
            text = arena_format(arena, "%s%s%s %.2f", text, *text ? ", " : "",
                                engine->catalogue->genres[g], (double)wish->weights[g]);
    return *text ? text : "none";
}

static const char *moods_text(const float scores[AFFECT_COUNT], struct arena *arena) {
    const char *text = "";
    for (size_t a = 0; a < AFFECT_COUNT; a++)
        text = arena_format(arena, "%s%s%s %.2f", text, a ? ", " : "",
                            intent_values_affect_name((enum affect)a), (double)scores[a]);
    return text;
}

static const char *genre_names(const struct engine *engine, const uint32_t *genres, size_t count,
                               struct arena *arena) {
    const char *text = "";
    for (size_t i = 0; i < count; i++)
        text = arena_format(arena, "%s%s%s", text, i ? ", " : "",
                            engine->catalogue->genres[genres[i]]);
    return text;
}

static void print_line(const char *name, const char *text) {
    printf("  %-9s", name);
    style_paragraph(stdout, text, 11, 11);
}

/* How the wish was understood. */
static void print_intent(const struct engine *engine, const struct search_answer *answer,
                         struct arena *arena) {
    const struct wish *wish = &answer->wish;
    print_line("encoded", *answer->rules.rest ? answer->rules.rest : "(nothing)");
    if (!wish->is_blank) {
        print_line("steered",
                   arena_format(arena, "as %s: towards %s (%.2f), away from %s (%.2f)",
                                intent_values_affect_name(wish->steering_mood),
                                genre_names(engine, wish->nearest, wish->nearest_count, arena),
                                (double)wish->alpha_pos,
                                genre_names(engine, wish->farthest, wish->farthest_count, arena),
                                (double)wish->alpha_neg));
        print_line("mood", arena_format(arena, "%s%s (%s)", intent_values_affect_name(wish->mood),
                                        wish->is_sure ? ", sure" : ", not sure",
                                        moods_text(wish->moods, arena)));
    }
    print_line("genres", weights_text(engine, wish, arena));
    print_line("score", arena_format(arena,
                                     "base + %.2f genres + %.2f popularity + %.2f cosine + %.2f "
                                     "known + %.2f text + %.2f tags + %.2f like, over %zu films",
                                     wish->alphas.genre, wish->alphas.popularity,
                                     wish->alphas.embed, wish->alphas.known, wish->alphas.text,
                                     wish->alphas.tag, wish->alphas.like, answer->candidate_count));
    puts("");
}

/* "genres 0.21, cosine 0.33": the parts that are not 0. */
static const char *parts_text(const float parts[SEARCH_PARTS], struct arena *arena) {
    const char *text = "";
    for (size_t p = 0; p < SEARCH_PARTS; p++)
        if (fabsf(parts[p]) >= 0.0005f)
            text = arena_format(arena, "%s%s%s %.3f", text, *text ? ", " : "",
                                service_search_part((enum search_part)p), (double)parts[p]);
    return text;
}

static void print_list(const struct engine *engine, const struct search_answer *answer,
                       bool explain, struct arena *arena) {
    const struct style *style = style_of(stdout);
    printf("%s%zu film%s for \"%s\"%s  %s(%s; %s on %s; %s)%s\n", style->bold, answer->told.count,
           answer->told.count == 1 ? "" : "s", terminal_tamed(answer->text, arena), style->off,
           style->dim, answer->encoder, engine->model.name, engine->model.data_name,
           answer->told.basis, style->off);
    print_chips(answer, arena);
    for (size_t i = 0; i < answer->rules.notice_count; i++) {
        fputs("  Note: ", stdout);
        style_paragraph(stdout, answer->rules.notices[i], 8, 8);
    }
    puts("");
    if (explain)
        print_intent(engine, answer, arena);
    if (answer->told.count == 0) {
        puts("  No film is left: the wish excludes all, or every one is known already.");
        return;
    }
    struct table table;
    table_init(&table, "rLLr", arena);
    table_row(&table, "", "film", "genres", "score", NULL);
    for (size_t i = 0; i < answer->told.count; i++) {
        const struct recommendation *film = &answer->told.list[i];
        engine_film_row(engine, &table, i + 1, film->item,
                        arena_format(arena, "%.3f", (double)film->score));
        table_note(&table, film->why);
        table_note(&table, explain ? parts_text(answer->parts[i], arena) : NULL);
    }
    table_print(&table, stdout);
}

/* ---- The command ---- */

static json_t *answer_json(const struct engine *engine, const struct search_request *request,
                           const struct search_answer *answer) {
    json_t *user = request->asked.person_count > 0
                       ? json_id(&engine->catalogue->users, request->asked.people[0].user)
                       : json_null();
    return json_pack("{s:s, s:o, s:s, s:s, s:s, s:s, s:f, s:I, s:o, s:o}", "query", answer->text,
                     "user_id", user, "model", engine->model.name, "encoder", answer->encoder,
                     "basis", answer->told.basis, "tier", answer->told.tier, "popularity_share",
                     (double)answer->told.popularity, "candidates",
                     (json_int_t)answer->candidate_count, "intent",
                     wish_json_intent(engine->catalogue, answer), "recommendations",
                     wish_json_films(engine->catalogue, answer));
}

static enum status answer_wish(const struct arguments *arguments, const struct engine *engine,
                               const char *text, struct error *error) {
    struct search_request request;
    struct search_answer answer;
    struct service_person person;
    const char *user = command_text(arguments, "--user");
    read_request(&request, text, arguments);
    if (user) {
        TRY(read_person(&person, user, engine, error));
        request.asked.people = &person;
        request.asked.person_count = 1;
    }
    TRY(wording_open(engine->service, arguments, error));
    TRY(service_search(engine->service, engine->snapshot, &request, arguments->arena, &answer,
                       error));
    const char *json = command_text(arguments, "--json");
    if (json)
        TRY(json_write(answer_json(engine, &request, &answer), json, error));
    if (!json || strcmp(json, "-") != 0)
        print_list(engine, &answer, settings_bool(arguments->options, "--explain"),
                   arguments->arena);
    return STATUS_OK;
}

static enum status run(const struct arguments *arguments, struct error *error) {
    const char *file;
    const char *text = read_words(arguments, &file);
    struct engine engine;
    if (arguments->operand_count == 0)
        return error_set(error, STATUS_BAD_USAGE,
                         "search for what? matinee search \"something funny, not animated\"");
    enum status status = engine_open(&engine, file, arguments, error);
    if (status == STATUS_OK)
        status = answer_wish(arguments, &engine, text, error);
    engine_close(&engine);
    return status;
}

static const struct command_operand operands[] = {
    MODEL_FILE_OPERAND,
    {"WORDS", "what the film should be like", WORD_NONE, NULL},
    {NULL, NULL, WORD_NONE, NULL},
};

#define ALPHA(name, help)                                                                          \
    { {name, SETTING_REAL, "", 0, SEARCH_ALPHA_MAX, NULL, NULL, help}, "X", NULL, WORD_NONE }

static const struct command_option options[] = {
    {{"--user", SETTING_TEXT, "", 0, 0, NULL, NULL, "a person of the data"}, "ID", NULL, WORD_NONE},
    {{"--top-k", SETTING_INT, "10", 1, SERVICE_TOP_K_MAX, NULL, "--top_k", "how many films"},
     "N",
     "TOP_K",
     WORD_NONE},
    {{"--strict", SETTING_BOOL, "false", 0, 0, NULL, NULL,
      "only films of the genres that the wish asks for most"},
     NULL,
     NULL,
     WORD_NONE},
    ALPHA("--genre-alpha", "how much the wished genres count; 0.35"),
    ALPHA("--pop-alpha", "how much popularity counts; 0.05"),
    ALPHA("--embed-alpha", "how much likeness to the words counts; 0.60"),
    {{"--candidate-pool", SETTING_INT, "", 0, UINT32_MAX, NULL, NULL,
      "how many films nearest to the words are ranked; 500; 0 is all"},
     "N",
     NULL,
     WORD_NONE},
    {{"--without-chips", SETTING_TEXT_LIST, "", 0, 0, NULL, "--without_chips",
      "what in brackets is not to count: \"excluded: Horror\"; in single quotes if it has commas"},
     "CHIP",
     NULL,
     WORD_NONE},
    TIERS_OPTION,
    {{"--explain", SETTING_BOOL, "false", 0, 0, NULL, NULL,
      "how the words were understood, why each film is there, and the parts of its score"},
     NULL,
     NULL,
     WORD_NONE},
    WORDING_OPTIONS,
    {{"--json", SETTING_TEXT, "", 0, 0, NULL, NULL, "the answer as JSON; - is standard output"},
     "FILE",
     NULL,
     WORD_FILE},
    MODEL_FOLDER_OPTION,
    {{NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL}, NULL, NULL, WORD_NONE},
};

static const struct command_example examples[] = {
    {"matinee search \"something funny and uplifting for the whole family, not animated\"",
     "Ten films for anybody."},
    {"matinee search \"like Heat but darker, from the 90s\" --user 1 --explain",
     "For user 1, with what was understood and why each film is there."},
    {"matinee search \"a sad film\" --strict --intent search.pop_alpha=0.2",
     "Only sad genres, and popular films sooner."},
    {NULL, NULL},
};

const struct command search_command = {
    .name = "search",
    .summary = "films for a wish in plain words",
    .usage = "[FILE] \"WORDS\" [OPTIONS]",
    .about =
        "Reads a wish: its mood and genres by a sentence encoder, and by rules what it excludes "
        "(\"not scary\", \"no musicals\"), years (\"90s\", \"before 1980\"), films that it "
        "names (\"like Toy Story but darker\"), genres and tags. What the rules found is shown "
        "in brackets. The films nearest to the wish are ranked by genres, popularity, likeness "
        "and, with --user, by the model's score for the person.",
    .operand_repeats = true,
    .operands = operands,
    .options = options,
    .examples = examples,
    .run = run,
};
