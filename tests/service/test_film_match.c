/* test_film_match.c: films of the built-in data by the ids, titles and years of other programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "service/film_match.h"

static struct dataset *data;
static struct arena arena;
static struct film_match *match;

static int begin(void **state) {
    (void)state;
    struct error error;
    if (dataset_open(&data, "built-in", &error) != STATUS_OK)
        return -1;
    match = film_match_create(data, &arena);
    return 0;
}

static int end(void **state) {
    (void)state;
    dataset_close(data);
    arena_release(&arena);
    return 0;
}

/* `title` NULL: nothing is to be found. */
static void assert_found(struct film_named named, enum film_match_way way, const char *title) {
    uint32_t item = DATASET_NONE;
    const enum film_match_way found = film_match_find(match, &named, &item);
    const char *seen = found == FILM_MATCH_NONE ? "nothing" : data->movies[item].title;
    if (found != way || (title && strcmp(seen, title) != 0))
        fail_msg("%s (%d): %s by %d, expected %s by %d", named.title ? named.title : "an id",
                 named.year, seen, (int)found, title ? title : "nothing", (int)way);
}

static void test_ids(void **state) {
    (void)state;
    assert_found((struct film_named){.imdb = "0114709", .tmdb = NULL, .title = "Wrong", .year = 0},
                 FILM_MATCH_ID, "Toy Story (1995)");
    assert_found((struct film_named){.imdb = "114709", .tmdb = NULL, .title = NULL, .year = 0},
                 FILM_MATCH_ID, "Toy Story (1995)");
    assert_found((struct film_named){.imdb = NULL, .tmdb = "862", .title = NULL, .year = 0},
                 FILM_MATCH_ID, "Toy Story (1995)");
    assert_found((struct film_named){.imdb = "9", .tmdb = "862", .title = NULL, .year = 0},
                 FILM_MATCH_ID, "Toy Story (1995)");
    assert_found((struct film_named){.imdb = "9", .tmdb = NULL, .title = "Heat", .year = 1995},
                 FILM_MATCH_TITLE, "Heat (1995)");
    assert_found((struct film_named){.imdb = "9", .tmdb = NULL, .title = NULL, .year = 0},
                 FILM_MATCH_NONE, NULL);
}

static void test_titles(void **state) {
    (void)state;
    static const struct {
        const char *typed;
        int year;
        enum film_match_way way;
        const char *title;
    } rows[] = {
        {"The Matrix", 1999, FILM_MATCH_TITLE, "Matrix, The (1999)"},
        {"Seven Samurai", 1954, FILM_MATCH_TITLE, "Seven Samurai (Shichinin no samurai) (1954)"},
        {"Shichinin no Samurai", 1954, FILM_MATCH_TITLE,
         "Seven Samurai (Shichinin no samurai) (1954)"},
        {"Se7en", 1995, FILM_MATCH_TITLE, "Seven (a.k.a. Se7en) (1995)"},
        {"Amélie", 2001, FILM_MATCH_TITLE, "Amelie (Fabuleux destin d'Amélie Poulain, Le) (2001)"},
        {"Léon: The Professional", 1994, FILM_MATCH_TITLE,
         "Léon: The Professional (a.k.a. The Professional) (Léon) (1994)"},
        {"The Good, the Bad and the Ugly", 1966, FILM_MATCH_TITLE,
         "Good, the Bad and the Ugly, The (Buono, il brutto, il cattivo, Il) (1966)"},
        {"Three Colors: Red", 1994, FILM_MATCH_TITLE,
         "Three Colors: Red (Trois couleurs: Rouge) (1994)"},
        {"Solaris", 1972, FILM_MATCH_TITLE, "Solaris (Solyaris) (1972)"},
        {"Solaris", 2002, FILM_MATCH_TITLE, "Solaris (2002)"},
        {"Solaris", 0, FILM_MATCH_NONE, NULL},
        {"Solaris", 1985, FILM_MATCH_NONE, NULL},
        {"Reservoir Dogs", 1991, FILM_MATCH_TITLE, "Reservoir Dogs (1992)"},
        {"Lock, Stock & Two Smoking Barrels", 1998, FILM_MATCH_TITLE,
         "Lock, Stock & Two Smoking Barrels (1998)"},
        {"Lock, Stock and Two Smoking Barrels", 1998, FILM_MATCH_TITLE,
         "Lock, Stock & Two Smoking Barrels (1998)"},
        {"Blade Runer", 1982, FILM_MATCH_NEAR, "Blade Runner (1982)"},
        {"The Shawshank Redemtion", 0, FILM_MATCH_NEAR, "Shawshank Redemption, The (1994)"},
        {"A Film That Nobody Made", 2019, FILM_MATCH_NONE, NULL},
        {"", 2019, FILM_MATCH_NONE, NULL},
        {"???", 2019, FILM_MATCH_NONE, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_found(
            (struct film_named){
                .imdb = NULL, .tmdb = NULL, .title = rows[i].typed, .year = rows[i].year},
            rows[i].way, rows[i].title);
}

/* "Matrix, The (1999)" as other programs have it: "The Matrix". Most titles must lead to their
 * film, and hardly any to another. */
static void test_all(void **state) {
    (void)state;
    size_t right = 0, wrong = 0;
    for (uint32_t i = 0; i < data->items.count; i++) {
        char title[512];
        const char *from = data->movies[i].title, *bracket = strchr(from, '(');
        const size_t length =
            bracket && bracket > from ? (size_t)(bracket - from) - 1 : strlen(from);
        const char *the = length > 5 ? strstr(from, ", The (") : NULL;
        snprintf(title, sizeof title, "%s%.*s", the ? "The " : "",
                 (int)(the ? (size_t)(the - from) : length), from);
        const struct film_named named = {.title = title, .year = data->movies[i].year};
        uint32_t item = DATASET_NONE;
        if (film_match_find(match, &named, &item) == FILM_MATCH_NONE)
            continue;
        right += item == i;
        wrong += item != i;
    }
    printf("%zu of %u right, %zu wrong\n", right, data->items.count, wrong);
    assert_true((double)right >= 0.995 * data->items.count);
    assert_true((double)wrong <= 0.003 * data->items.count);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_titles),
        cmocka_unit_test(test_all),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
