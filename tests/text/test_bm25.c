/* test_bm25.c: titles by what people type; on the built-in data set where it is linked in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/progress.h"
#include "dataset/dataset.h"
#include "text/bm25.h"

enum { ROOM = 5 };

static struct arena memory;
static const char *const few[] = {"Matrix, The (1999)",
                                  "Heat (1995)",
                                  "Heat (1986)",
                                  "Toy Story (1995)",
                                  "Toy Story 2 (1999)",
                                  "Seven Samurai (Shichinin no samurai) (1954)",
                                  "(500) Days of Summer (2009)",
                                  "Spider-Man (2002)",
                                  "Star Wars: Episode IV - A New Hope (1977)",
                                  "2012 (2009)",
                                  "Untitled",
                                  "",
                                  "(1999)"};
enum { FEW = sizeof few / sizeof *few };
static const uint32_t people[FEW] = {9, 5, 1, 8, 7, 3, 4, 6, 9, 1};

static const char *best(const struct bm25 *index, const char *const *titles, const char *typed) {
    struct bm25_hit hits[ROOM];
    const size_t count = bm25_find(index, typed, strlen(typed), hits, ROOM);
    for (size_t i = 0; i < count; i++)
        assert_true(hits[i].score > 0 && hits[i].score <= 1);
    return count > 0 ? titles[hits[0].title] : "nothing";
}

static void a_handful_of_titles(void **state) {
    (void)state;
    static const char *const typed[][2] = {
        {"the matrix", "Matrix, The (1999)"},
        {"matrx", "Matrix, The (1999)"},
        {"heat", "Heat (1995)"},
        {"heat 1986", "Heat (1986)"},
        {"Heat (1986)", "Heat (1986)"},
        {"toy stroy", "Toy Story (1995)"},
        {"toy stroy two", "Toy Story 2 (1999)"},
        {"7 samurai", "Seven Samurai (Shichinin no samurai) (1954)"},
        {"sevn samurai", "Seven Samurai (Shichinin no samurai) (1954)"},
        {"shichinin no samurai", "Seven Samurai (Shichinin no samurai) (1954)"},
        {"500 days of summer", "(500) Days of Summer (2009)"},
        {"five hundred days", "(500) Days of Summer (2009)"},
        {"spiderman", "Spider-Man (2002)"},
        {"spider man", "Spider-Man (2002)"},
        {"new hope", "Star Wars: Episode IV - A New Hope (1977)"},
        {"star wars", "Star Wars: Episode IV - A New Hope (1977)"},
        {"2012", "2012 (2009)"},
        {"untit", "Untitled"},
        {"wholly unknown", "nothing"},
        {"", "nothing"},
        {"\xff\xfe", "nothing"},
    };
    const struct bm25 *index = bm25_create(few, people, FEW, &memory);
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
        if (strcmp(best(index, few, typed[i][0]), typed[i][1]) != 0)
            fail_msg("\"%s\" finds %s", typed[i][0], best(index, few, typed[i][0]));
    struct bm25_hit hits[ROOM];
    assert_int_equal(bm25_find(index, "toy story", 9, hits, ROOM), 2);
    assert_true(hits[0].score == 1 && hits[1].score < 1 && hits[1].title == 4);
    assert_int_equal(bm25_find(index, "toy story", 9, hits, 1), 1);
    assert_int_equal(bm25_find(index, "toy story", 9, hits, 0), 0);
}

static void nothing_and_too_much_are_fine(void **state) {
    (void)state;
    struct bm25_hit hits[ROOM];
    const struct bm25 *empty = bm25_create(NULL, NULL, 0, &memory);
    assert_int_equal(bm25_find(empty, "heat", 4, hits, ROOM), 0);
    const size_t size = (size_t)1 << 20;
    char *much = ARENA_ARRAY_RAW(&memory, char, size);
    memset(much, 'a', size);
    const struct bm25 *index = bm25_create(few, NULL, FEW, &memory);
    assert_int_equal(bm25_find(index, much, size, hits, ROOM), 0);
    for (size_t i = 0; i < size; i += 5)
        memcpy(much + i, "heat ", size - i < 5 ? size - i : 5);
    bm25_find(index, much, size, hits, ROOM);
}

/* What people have been seen to type for films of the built-in data set. */
static const char *const typed[][2] = {
    {"toy stroy", "Toy Story (1995)"},
    {"amelie", "Amelie (Fabuleux destin d'Am\xc3\xa9lie Poulain, Le) (2001)"},
    {"am\xc3\xa9lie", "Amelie (Fabuleux destin d'Am\xc3\xa9lie Poulain, Le) (2001)"},
    {"fabuleux destin amelie poulain",
     "Amelie (Fabuleux destin d'Am\xc3\xa9lie Poulain, Le) (2001)"},
    {"7 samurai", "Seven Samurai (Shichinin no samurai) (1954)"},
    {"the matrix", "Matrix, The (1999)"},
    {"shawshank redemtion", "Shawshank Redemption, The (1994)"},
    {"schindlers list", "Schindler's List (1993)"},
    {"godfather", "Godfather, The (1972)"},
    {"pulp ficton", "Pulp Fiction (1994)"},
    {"silence of the lams", "Silence of the Lambs, The (1991)"},
    {"the good the bad and the ugly",
     "Good, the Bad and the Ugly, The (Buono, il brutto, il cattivo, Il) (1966)"},
    {"empire strikes back", "Star Wars: Episode V - The Empire Strikes Back (1980)"},
    {"spirited away", "Spirited Away (Sen to Chihiro no kamikakushi) (2001)"},
    {"12 angry man", "12 Angry Men (1957)"},
    {"twelve monkeys", "Twelve Monkeys (a.k.a. 12 Monkeys) (1995)"},
    {"oceans eleven", "Ocean's Eleven (2001)"},
    {"pans labyrinth", "Pan's Labyrinth (Laberinto del fauno, El) (2006)"},
    {"wall-e", "WALL\xc2\xb7"
               "E (2008)"},
    {"spiderman 2", "Spider-Man 2 (2004)"},
    {"terminater 2", "Terminator 2: Judgment Day (1991)"},
    {"lord of the rings fellowship", "Lord of the Rings: The Fellowship of the Ring, The (2001)"},
    {"crouching tiger", "Crouching Tiger, Hidden Dragon (Wo hu cang long) (2000)"},
    {"dr strangelove",
     "Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb (1964)"},
};
enum { TYPED = sizeof typed / sizeof *typed };

static void thousands_of_titles(void **state) {
    (void)state;
    if (!dataset_has_builtin())
        skip();
    struct dataset *data;
    struct error error;
    assert_int_equal(dataset_open(&data, "built-in", &error), STATUS_OK);
    const uint32_t count = data->items.count;
    const char **titles = ARENA_ARRAY(&memory, const char *, count);
    uint32_t *known = ARENA_ARRAY(&memory, uint32_t, count);
    interactions_item_counts(&data->interactions, known);
    for (uint32_t i = 0; i < count; i++)
        titles[i] = data->movies[i].title;
    double started = progress_clock();
    const struct bm25 *index = bm25_create(titles, known, count, &memory);
    print_message("an index of %u titles: %.1f ms\n", count, 1e3 * (progress_clock() - started));
    size_t wrong = 0;
    started = progress_clock();
    for (size_t i = 0; i < TYPED; i++) {
        const char *found = best(index, titles, typed[i][0]);
        if (strcmp(found, typed[i][1]) != 0) {
            print_message("\"%s\" finds %s\n", typed[i][0], found);
            wrong++;
        }
    }
    print_message("a question: %.3f ms\n", 1e3 * (progress_clock() - started) / TYPED);
    /* Every title finds itself, or one of the same name. */
    size_t lost = 0;
    for (uint32_t i = 0; i < count; i += 7) {
        struct bm25_hit hits[3];
        const size_t hit_count = bm25_find(index, titles[i], strlen(titles[i]), hits, 3);
        bool found = false;
        for (size_t h = 0; h < hit_count; h++)
            found |= hits[h].title == i;
        if (!found)
            print_message("%s does not find itself\n", titles[i]);
        lost += !found;
    }
    dataset_close(data);
    assert_int_equal(wrong, 0);
    assert_int_equal(lost, 0);
}

static int release(void **state) {
    (void)state;
    arena_release(&memory);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_handful_of_titles),
        cmocka_unit_test(nothing_and_too_much_are_fine),
        cmocka_unit_test(thousands_of_titles),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
