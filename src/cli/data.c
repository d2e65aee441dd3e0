/* data.c: `matinee data list|info|show|get`: which data sets there are, what is in one, fetching
 * one. Checked by tests/cli. */
#include <math.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/progress.h"
#include "cli/command.h"
#include "cli/data_json.h"
#include "cli/interrupt.h"
#include "cli/json.h"
#include "cli/style.h"
#include "cli/table.h"
#include "cli/user.h"
#include "dataset/catalogue.h"
#include "dataset/dataset.h"
#include "dataset/summary.h"
#include "text/minilm.h"
#include "text/minilm_fetch.h"

static const char *count_text(struct arena *arena, size_t value) {
    return arena_copy(arena, style_count(value).text);
}

static const char *mean_text(struct arena *arena, double value) {
    return isnan(value) ? "" : arena_format(arena, "%.2f", value);
}

static void print_catalogue(struct arena *arena) {
    const struct style *style = style_of(stdout);
    struct table table;
    table_init(&table, "lLr", arena);
    table_row(&table, "name", "what", "download", NULL);
    if (dataset_has_builtin()) {
        table_row(&table, "built-in", "MovieLens latest-small, not for commercial use", "built in",
                  NULL);
        table_colour(&table, style->green);
    }
    const struct catalogue_entry *entry;
    for (size_t i = 0; (entry = catalogue_at(i)); i++) {
        const char *place = catalogue_locate(entry->name, arena);
        uint64_t bytes = catalogue_size(entry);
        const char *size = bytes ? arena_copy(arena, style_bytes(bytes).text) : "";
        bool is_builtin = place && strcmp(place, "built-in") == 0;
        table_row(&table, entry->name, entry->facts,
                  is_builtin ? "built in"
                  : place    ? "is here"
                             : size,
                  NULL);
        if (place)
            table_colour(&table, style->green);
    }
    table_print(&table, stdout);
    printf("\nLooked for in %s.\n", catalogue_places(arena));
    puts("matinee data get NAME downloads one, matinee data info NAME says more of it; data=PATH\n"
         "takes any folder, archive or file.");
}

/* --json takes the place of what a person is shown when it goes to standard output. */
static bool is_silent(const struct arguments *arguments) {
    const char *json = command_text(arguments, "--json");
    return json && strcmp(json, "-") == 0;
}

static enum status list_data(const struct arguments *arguments, struct error *error) {
    struct arena *arena = arguments->arena;
    const char *json = command_text(arguments, "--json");
    if (json)
        TRY(json_write(data_json_list(arena), json, error));
    if (!is_silent(arguments))
        print_catalogue(arena);
    return STATUS_OK;
}

static enum status open_named(const struct arguments *arguments, struct dataset **dataset,
                              struct error *error) {
    const char *name = command_operand(arguments, 1);
    TRY(dataset_open(dataset, name ? name : catalogue_default(), error));
    if ((*dataset)->warnings)
        log_warning("%s", (*dataset)->warnings);
    return STATUS_OK;
}

static void print_fact(const char *name, const char *text) {
    const struct style *style = style_of(stdout);
    printf("  %s%-14s%s %s\n", style->dim, name, style->off, text);
}

static const char *day_text(struct arena *arena, int64_t seconds) {
    char text[32];
    time_t when = (time_t)seconds;
    struct tm parts;
    gmtime_r(&when, &parts);
    strftime(text, sizeof text, "%Y-%m-%d", &parts);
    return arena_copy(arena, text);
}

/* Films are known by their genres; anything else may be a place or a song. */
static bool has_films(const struct dataset *dataset) { return dataset->genre_count > 0; }

static const char *items_word(const struct dataset *dataset) {
    return has_films(dataset) ? "films" : "items";
}

static const char *rows_word(const struct dataset *dataset) {
    return dataset->has_ratings ? "ratings" : "interactions";
}

static void print_summary(const struct dataset *dataset, const struct summary *summary,
                          struct arena *arena) {
    const struct style *style = style_of(stdout);
    printf("%s%s%s\n", style->bold, dataset->name, style->off);
    print_fact("source", arena_format(arena, "%s (%s)", dataset->source, dataset->reader));
    const struct catalogue_entry *entry = catalogue_find(dataset->name);
    if (entry)
        print_fact("licence", entry->licence);
    print_fact("users", count_text(arena, summary->users));
    print_fact(items_word(dataset),
               arena_format(arena, "%s, of which %s %s", count_text(arena, summary->items),
                            count_text(arena, summary->rated_items),
                            dataset->has_ratings ? "rated" : "occur"));
    print_fact(rows_word(dataset), count_text(arena, summary->interactions));
    print_fact("sparsity", arena_format(arena, "%.3f %%", 100 * summary->sparsity));
    print_fact("per user", arena_format(arena, "%zu to %s, median %zu, mean %.1f",
                                        summary->user_min, count_text(arena, summary->user_max),
                                        summary->user_median, summary->user_mean));
    print_fact(has_films(dataset) ? "per film" : "per item",
               arena_format(arena, "up to %s, median %zu, mean %.1f of those %s",
                            count_text(arena, summary->item_max), summary->item_median,
                            summary->item_mean, dataset->has_ratings ? "rated" : "that occur"));
    if (!isnan(summary->mean_rating))
        print_fact("values", arena_format(arena, "%g to %g, mean %.2f", (double)dataset->rating_min,
                                          (double)dataset->rating_max, summary->mean_rating));
    if (summary->time_first)
        print_fact("time", arena_format(arena, "%s to %s", day_text(arena, summary->time_first),
                                        day_text(arena, summary->time_last)));
    else if (dataset->has_order)
        print_fact("time", "positions, 1 = oldest");
    if (summary->year_first)
        print_fact("film years",
                   arena_format(arena, "%d to %d", summary->year_first, summary->year_last));
    if (summary->tag_applications)
        print_fact("tags", count_text(arena, summary->tag_applications));
    if (summary->test_interactions)
        print_fact("given test", count_text(arena, summary->test_interactions));
    if (summary->candidates_per_user)
        print_fact("candidates", arena_format(arena, "%zu given with each test film",
                                              summary->candidates_per_user));
    if (summary->fold_count)
        print_fact("given folds", count_text(arena, summary->fold_count));
}

static void print_rating_values(const struct summary *summary, struct arena *arena) {
    if (summary->rating_value_count == 0)
        return;
    struct table table;
    table_init(&table, "rrr", arena);
    table_row(&table, "rating", "count", "share", NULL);
    for (size_t i = 0; i < summary->rating_value_count; i++) {
        const struct summary_rating *rating = &summary->rating_values[i];
        table_row(&table, arena_format(arena, "%g", (double)rating->value),
                  count_text(arena, rating->count),
                  arena_format(arena, "%.1f %%",
                               100.0 * (double)rating->count / (double)summary->interactions),
                  NULL);
    }
    putchar('\n');
    table_print(&table, stdout);
}

static void print_genres(const struct dataset *dataset, const struct summary *summary,
                         struct arena *arena) {
    if (summary->genre_count == 0)
        return;
    struct table table;
    table_init(&table, "lrrr", arena);
    table_row(&table, "genre", "films", rows_word(dataset), "mean", NULL);
    for (size_t i = 0; i < summary->genre_count; i++) {
        const struct summary_genre *genre = &summary->genres[i];
        table_row(&table, genre->name, count_text(arena, genre->films),
                  count_text(arena, genre->ratings), mean_text(arena, genre->mean_rating), NULL);
    }
    putchar('\n');
    table_print(&table, stdout);
}

static void print_top(const struct dataset *dataset, const struct summary *summary,
                      struct arena *arena) {
    struct table table;
    table_init(&table, "rLrr", arena);
    table_row(&table, "", dataset->has_ratings ? "most rated" : "most frequent", rows_word(dataset),
              "mean", NULL);
    for (size_t i = 0; i < summary->top_count; i++) {
        const struct summary_item *top = &summary->top[i];
        table_row(&table, arena_format(arena, "%zu", i + 1), dataset->movies[top->item].title,
                  count_text(arena, top->ratings), mean_text(arena, top->mean_rating), NULL);
    }
    putchar('\n');
    table_print(&table, stdout);
}

static enum status info_data(const struct arguments *arguments, struct error *error) {
    struct dataset *dataset;
    TRY(open_named(arguments, &dataset, error));
    struct summary summary = summary_make(dataset, arguments->arena);
    const char *json = command_text(arguments, "--json");
    enum status status = STATUS_OK;
    if (json)
        status = json_write(data_json_summary(dataset, &summary), json, error);
    if (!is_silent(arguments)) {
        print_summary(dataset, &summary, arguments->arena);
        print_rating_values(&summary, arguments->arena);
        print_genres(dataset, &summary, arguments->arena);
        print_top(dataset, &summary, arguments->arena);
    }
    dataset_close(dataset);
    return status;
}

static const char *id_text(struct arena *arena, const struct id_map *map, uint32_t index) {
    struct text_slice name = id_map_name(map, index);
    return arena_copy_length(arena, name.start, name.length);
}

static void add_rows(struct table *table, const struct dataset *dataset, uint32_t user,
                     size_t count, struct arena *arena) {
    const struct interactions *all = &dataset->interactions;
    for (uint64_t row = all->offsets[user]; row < all->offsets[user + 1] && count > 0; row++) {
        uint32_t item = all->items[row];
        const char *id = id_text(arena, &dataset->items, item);
        const char *title = dataset->movies[item].title;
        const char *when = !all->times ? ""
                           : dataset->times_are_seconds
                               ? day_text(arena, all->times[row])
                               : arena_format(arena, "%lld", (long long)all->times[row]);
        table_row(table, id_text(arena, &dataset->users, user), id,
                  strcmp(title, id) == 0 ? "" : title,
                  arena_format(arena, "%g", (double)interactions_rating(all, row)), when, NULL);
        count--;
    }
}

static enum status show_rows(const struct arguments *arguments, const struct dataset *dataset,
                             struct error *error) {
    const char *id = command_text(arguments, "--user");
    size_t rows = (size_t)settings_int(arguments->options, "--rows");
    struct table table;
    table_init(&table, "rrLrl", arguments->arena);
    table_row(&table, "user", has_films(dataset) ? "film" : "item", "title", "rating", "time",
              NULL);
    if (id) {
        uint32_t user;
        TRY(user_find(dataset, id, &user, error));
        add_rows(&table, dataset, user, rows, arguments->arena);
        printf("%s: user %s, up to %zu %s (--rows)\n\n", dataset->name, id, rows,
               rows_word(dataset));
    } else {
        size_t each = rows > 10 ? 10 : rows;
        printf("%s: %zu %s, up to %zu of each user (--rows); one user's: --user ID\n\n",
               dataset->name, rows, rows_word(dataset), each);
        for (uint32_t user = 0; user < dataset->users.count && rows > 0; user++) {
            const struct interactions *all = &dataset->interactions;
            size_t has = (size_t)(all->offsets[user + 1] - all->offsets[user]);
            size_t count = has < each ? has : each;
            count = count < rows ? count : rows;
            add_rows(&table, dataset, user, count, arguments->arena);
            rows -= count;
        }
    }
    table_print(&table, stdout);
    return STATUS_OK;
}

static enum status show_data(const struct arguments *arguments, struct error *error) {
    struct dataset *dataset;
    TRY(open_named(arguments, &dataset, error));
    enum status status = show_rows(arguments, dataset, error);
    dataset_close(dataset);
    return status;
}

static const char *entry_name(void *context, size_t index) {
    (void)context;
    const struct catalogue_entry *entry = catalogue_at(index);
    return entry ? entry->name : NULL;
}

/* The sentence encoder is fetched as data sets are, and lies beside them. */
static enum status get_encoder(const struct arguments *arguments, struct error *error) {
    struct progress progress;
    progress_init(&progress, false);
    const char *path;
    const struct minilm_fetch_request request = {.folder = command_text(arguments, "--folder"),
                                                 .progress = &progress,
                                                 .cancel = interrupt_flag()};
    const enum status status = minilm_fetch(&request, arguments->arena, &path, error);
    progress_end(&progress);
    TRY(status);
    printf("minilm lies in %s\nLicence: Apache 2.0\n", path);
    if (settings_choice(arguments->options, "--precision") != ENCODER_INT8)
        return STATUS_OK;
    TRY(minilm_pack(path, arguments->arena, &path, error));
    printf("Its layers in bytes: %s\n", path);
    return STATUS_OK;
}

static enum status get_data(const struct arguments *arguments, struct error *error) {
    const char *name = command_operand(arguments, 1);
    if (!name)
        return error_set(error, STATUS_BAD_USAGE,
                         "NAME is missing: matinee data get NAME; matinee data list names them");
    if (strcmp(name, "minilm") == 0)
        return get_encoder(arguments, error);
    const struct catalogue_entry *entry = catalogue_find(name);
    if (!entry && strcmp(name, "built-in") == 0)
        return error_set(error, STATUS_BAD_USAGE,
                         "built-in is in the program already: data=built-in, or no data= at all");
    if (!entry) {
        const char *nearest = settings_nearest(name, entry_name, NULL);
        return error_set(error, STATUS_NOT_FOUND,
                         "no data set is called \"%.64s\"; %s%s%smatinee data list names them",
                         name, nearest ? "did you mean \"" : "", nearest ? nearest : "",
                         nearest ? "\"? " : "");
    }
    struct progress progress;
    progress_init(&progress, false);
    const char *path;
    const struct catalogue_request request = {.folder = command_text(arguments, "--folder"),
                                              .progress = &progress,
                                              .cancel = interrupt_flag()};
    enum status status = catalogue_get(entry, &request, arguments->arena, &path, error);
    progress_end(&progress);
    TRY(status);
    printf("%s lies in %s\nLicence: %s\n", entry->name, path, entry->licence);
    return STATUS_OK;
}

static enum status run(const struct arguments *arguments, struct error *error) {
    const char *verb = command_operand(arguments, 0);
    if (strcmp(verb, "list") == 0)
        return list_data(arguments, error);
    if (strcmp(verb, "info") == 0)
        return info_data(arguments, error);
    if (strcmp(verb, "show") == 0)
        return show_data(arguments, error);
    if (strcmp(verb, "get") == 0)
        return get_data(arguments, error);
    return error_set(error, STATUS_BAD_USAGE,
                     "matinee data has list, info, show and get, but not \"%.64s\"", verb);
}

static const struct command_operand operands[] = {
    {"list|info|show|get", "what to do", WORD_CHOICE, "list|info|show|get"},
    {"NAME", "a data set's name, or the path of a folder, archive or file", WORD_DATA, NULL},
    {NULL, NULL, WORD_NONE, NULL},
};

static const struct command_option options[] = {
    {{"--user", SETTING_TEXT, "", 0, 0, NULL, NULL, "show: only this person's ratings"},
     "ID",
     NULL,
     WORD_NONE},
    {{"--rows", SETTING_INT, "20", 1, 100000, NULL, NULL, "show: how many rows"},
     "N",
     NULL,
     WORD_NONE},
    {{"--folder", SETTING_TEXT, "", 0, 0, NULL, NULL, "get: where to put it, not the data folder"},
     "FOLDER",
     NULL,
     WORD_FOLDER},
    {{"--precision", SETTING_TEXT, "f32", 0, 0, ENCODER_PRECISIONS, NULL,
      "get minilm: int8 also keeps its layers in bytes, which start faster"},
     "P",
     NULL,
     WORD_CHOICE},
    {{"--json", SETTING_TEXT, "", 0, 0, NULL, NULL, "list, info: as JSON; - is standard output"},
     "FILE",
     NULL,
     WORD_FILE},
    {{NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL}, NULL, NULL, WORD_NONE},
};

static const struct command_example examples[] = {
    {"matinee data list", "Which data sets there are, and which of them are on this machine."},
    {"matinee data get ml-1m", "Downloads MovieLens 1M, checks it and keeps it."},
    {"matinee data get minilm --precision int8",
     "The weights of the sentence encoder (90 MB), and its layers in bytes (11 MB)."},
    {"matinee data info ml-100k", "Its figures: users, films, ratings, genres, most rated films."},
    {"matinee data show built-in --user 1", "What one person has rated."},
    {NULL, NULL},
};

const struct command data_command = {
    .name = "data",
    .summary = "list, describe, show and download data sets",
    .usage = "list [--json FILE]\n"
             "info [NAME] [--json FILE]\n"
             "show [NAME] [--user ID] [--rows N]\n"
             "get NAME [--folder FOLDER] [--precision P]",
    .about = "Without NAME it is the built-in data set. A data set is looked for by name in "
             "$MATINEE_DATA and in the data folder; downloads are checked against the published "
             "checksum and resumed where they stopped.",
    .operand_least = 1,
    .operands = operands,
    .options = options,
    .examples = examples,
    .run = run,
};
