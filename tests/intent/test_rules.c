/* test_rules.c: a table of wishes with the chips that they must leave, and the words that stay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataset/dataset.h"
#include "intent/intent_values.h"
#include "intent/rules.h"
#include "intent/titles.h"

static const char *const genres[] = {
    "Action",      "Adventure", "Animation", "Children's", "Comedy", "Crime",
    "Documentary", "Drama",     "Fantasy",   "Film-Noir",  "Horror", "Musical",
    "Mystery",     "Romance",   "Sci-Fi",    "Thriller",   "War",    "Western"};
static const struct movie movies[] = {
    {.title = "Toy Story (1995)"},
    {.title = "Matrix, The (1999)"},
    {.title = "Heat (1995)"},
    {.title = "Am\xc3\xa9lie (Fabuleux destin d'Am\xc3\xa9lie Poulain, Le) (2001)"},
    {.title = "Seven (a.k.a. Se7en) (1995)"},
    {.title = "It (1990)"},
    {.title = "Star Wars: Episode IV - A New Hope (1977)"},
    {.title = "Star Wars: Episode V - The Empire Strikes Back (1980)"},
    {.title = "Fight Club (1999)"},
    {.title = "Saw (2004)"},
    {.title = "Horror (2015)"},
    {.title = "Heat (1986)"},
    {.title = "2001: A Space Odyssey (1968)"},
    {.title = "Love Actually (2003)"},
    {.title = "Good, the Bad and the Ugly, The (1966)"},
    {.title = "Big (1988)"},
    {.title = "Lord of the Rings, The (1978)"},
    {.title = "Lord of the Rings: The Fellowship of the Ring, The (2001)"},
    {.title = "Sea, The (2002)"},
    {.title = "Titanic (1997)"},
    {.title = "Pulp Fiction (1994)"},
};
static const uint32_t people[] = {200, 250, 90, 120, 80, 20, 240, 200, 210, 60, 1,
                                  5,   100, 70, 50,  90, 5,  200, 2,   140, 300};
static const char *const tags[] = {"time travel", "zombies",  "twist ending", "the",
                                   "Boring",      "too slow", "gloomy"};

static struct arena arena;
static struct phrases titles, tag_phrases;

static const char *film_title(const void *context, uint32_t film) {
    (void)context;
    return movies[film].title;
}

static const char *tag_name(const void *context, uint32_t tag) {
    (void)context;
    return tags[tag];
}

/* "toy stroy" */
static size_t find_film(const void *context, const struct token *tokens, size_t count,
                        uint32_t *film) {
    (void)context;
    *film = 0;
    return count > 1 && tokens_equal(&tokens[0], "toy") && tokens_equal(&tokens[1], "stroy") ? 2
                                                                                             : 0;
}

static struct rules_context context_of(void) {
    return (struct rules_context){.genres = genres,
                                  .genre_count = sizeof genres / sizeof *genres,
                                  .titles = &titles,
                                  .tags = &tag_phrases,
                                  .film_title = film_title,
                                  .tag_name = tag_name,
                                  .find_film = find_film,
                                  .people = people,
                                  .famous = 100,
                                  .last_year = 2018,
                                  .has_minutes = true,
                                  .short_minutes = 95,
                                  .long_minutes = 150};
}

static int set_up(void **state) {
    (void)state;
    titles_index(&titles, movies, people, sizeof movies / sizeof *movies, &arena);
    phrases_finish(&titles);
    for (uint32_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        struct token tokens[8];
        const size_t count = tokens_of(tags[i], strlen(tags[i]), tokens, 8, &arena);
        phrases_add(&tag_phrases, tokens, count, &(struct phrase){.value = i}, &arena);
    }
    phrases_finish(&tag_phrases);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    arena_release(&arena);
    return 0;
}

struct row {
    const char *wish, *chips, *rest; /* rest NULL: the wish as it is */
};

static const struct row table[] = {
    /* Negation and exclusion. */
    {"not scary", "excluded: Horror", ""},
    {"no musicals", "excluded: Musical", ""},
    {"without romance", "excluded: Romance", ""},
    {"something funny, not animated", "more: funny; excluded: Animation", "something funny"},
    {"something funny and uplifting for the whole family, not animated",
     "more: funny; more: inspiring; more: family; excluded: Animation",
     "something funny and uplifting for the whole family"},
    {"a thriller with no horror", "genre: Thriller; excluded: Horror", "a thriller"},
    {"nothing too scary please", "excluded: Horror", "please"},
    {"not a musical", "excluded: Musical", ""},
    {"no more war movies", "excluded: War", ""},
    {"no horror, musicals or westerns", "excluded: Horror; excluded: Musical; excluded: Western",
     ""},
    {"no horror, comedies please", "excluded: Horror; genre: Comedy", "comedies please"},
    {"without romance and musicals", "excluded: Romance; excluded: Musical", ""},
    {"not scary and funny", "excluded: Horror; more: funny", "funny"},
    {"I don't want any horror", "excluded: Horror", ""},
    {"i do not like musicals", "excluded: Musical", ""},
    {"anything but westerns", "excluded: Western", ""},
    {"not sad", "less: sad", ""},
    {"nothing depressing", "less: sad", ""},
    {"no zombies", "excluded: zombies", ""},
    {"not too slow", "excluded: too slow", ""},
    {"no romance or zombies", "excluded: Romance; excluded: zombies", ""},
    {"without subtitles", "without: subtitles", ""},
    {"without car chases", "without: car chases", ""},
    {"a drama without car chases please", "genre: Drama; without: car chases", "a drama please"},
    {"no spoken words, funny", "without: spoken words; more: funny", "funny"},
    {"no rom com", "excluded: Comedy and Romance", ""},
    {"no horror comedies", "excluded: Comedy and Horror", ""},
    {"no sad dramas", "less: sad", ""},
    {"not scary comedies", "excluded: Horror; genre: Comedy", "comedies"},
    {"a smart film without explosions", "without: explosions", "a smart"},
    {"not boring", "excluded: Boring", ""},
    {"not too serious", "without: serious", ""},
    {"not the end", "", NULL},
    {"never horror", "excluded: Horror", ""},
    {"non-animated adventure", "excluded: Animation; genre: Adventure", "adventure"},
    {"I hate westerns", "excluded: Western", ""},
    {"not only funny", "more: funny", NULL},
    {"nothing but comedies", "genre: Comedy", NULL},
    {"not for kids", "excluded: Children's", ""},
    {"no children's films", "excluded: Children's", "films"},
    {"tired of dramas", "excluded: Drama", ""},
    {"comedy but no romance", "genre: Comedy; excluded: Romance", "comedy"},
    {"no idea", "", NULL},
    {"no problem with violence", "", NULL},
    /* Years and decades. */
    {"90s comedies", "years 1990-1999; genre: Comedy", "comedies"},
    {"comedies of the 1990s", "genre: Comedy; years 1990-1999", "comedies"},
    {"a thriller from the nineties", "genre: Thriller; years 1990-1999", "a thriller"},
    {"before 1980", "until 1979", ""},
    {"I'd like a comedy", "genre: Comedy", "a comedy"},
    {"I'd like a musical about love", "genre: Musical", "a musical about love"},
    {"looking for something like a mystery", "genre: Mystery", "something like a mystery"},
    {"no films before 1990", "since 1990", ""},
    {"comedy, not older than 2000", "genre: Comedy; since 2000", "comedy"},
    {"nothing after 2000", "until 2000", ""},
    {"dont want anything from before 2000", "since 2000", ""},
    {"horror, nothing before the 80s", "genre: Horror; since 1980", "horror"},
    {"horror but not from the 90s", "genre: Horror", "horror but not from the 90s"},
    {"horror, not from 1994", "genre: Horror", "horror, not from 1994"},
    {"films made before the 60s", "until 1959", "films"},
    {"after 2000", "since 2001", ""},
    {"since 2000", "since 2000", ""},
    {"from 2010 on", "since 2010", ""},
    {"a drama from 1995 to 1999", "genre: Drama; years 1995-1999", "a drama"},
    {"between 1999 and 1995", "years 1995-1999", ""},
    {"1995-1999", "years 1995-1999", ""},
    {"last ten years", "since 2009", ""},
    {"from the last 5 years", "since 2014", ""},
    {"the past decade", "since 2009", ""},
    {"a comedy from 1994", "genre: Comedy; year 1994", "a comedy"},
    {"1994 films", "year 1994", "films"},
    {"early 90s action", "years 1990-1993; genre: Action", "action"},
    {"from the late '80s", "years 1986-1989", ""},
    {"80s or 90s horror", "years 1980-1999; genre: Horror", "horror"},
    {"a woman in her thirties", "", NULL},
    {"older than 1970", "until 1969", ""},
    {"2000 or later", "since 2000", ""},
    {"pre-1960 noir", "until 1959; genre: Film-Noir", "noir"},
    {"until 1950", "until 1950", ""},
    {"20s comedies", "years 1920-1929; genre: Comedy", "comedies"},
    {"from the 10s", "years 2010-2019", ""},
    {"1994", "year 1994", ""},
    {"a thriller, 1994", "genre: Thriller; year 1994", "a thriller"},
    {"set in 1944", "", NULL},
    {"after 2000, before 1990", "until 1989", ""},
    {"before 1980, 90s", "years 1990-1999", ""},
    {"under 90 minutes, at least 2 hours", "at least 120 minutes", ""},
    /* Films. */
    {"like Toy Story but darker", "like: Toy Story (1995); more: dark", "darker"},
    {"similar to the matrix", "like: Matrix, The (1999)", ""},
    {"something like toy stroy", "like: Toy Story (1995)", "something"},
    {"I loved Fight Club, Seven and Amelie",
     "like: Fight Club (1999); like: Seven (a.k.a. Se7en) (1995); like: "
     "Am\xc3\xa9lie (Fabuleux destin d'Am\xc3\xa9lie Poulain, Le) (2001)",
     ""},
    {"movies such as Heat", "like: Heat (1995)", "movies"},
    {"like Heat (1986)", "like: Heat (1986)", ""},
    {"tonight perhaps heat (1986) again", "like: Heat (1986)", "tonight perhaps again"},
    {"like it", "", NULL},
    {"I like horror", "genre: Horror", "horror"},
    {"Toy Story", "title: Toy Story (1995)", ""},
    {"fight club", "title: Fight Club (1999)", ""},
    {"star wars", "title: Star Wars: Episode IV - A New Hope (1977)", ""},
    {"titanic", "title: Titanic (1997)", ""},
    {"Toy Stroy", "title: Toy Story (1995)", ""},
    {"ships, not Titanic", "unlike: Titanic (1997)", "ships"},
    {"based on a true story", "", NULL},
    {"movies about dogs", "", "about dogs"},
    {"saw", "", NULL},
    {"The Matrix (1999)", "title: Matrix, The (1999)", ""},
    {"as good as Star Wars", "like: Star Wars: Episode IV - A New Hope (1977)", ""},
    {"the empire strikes back was great, more like that", "", NULL},
    {"I watched Love Actually and want something sad", "like: Love Actually (2003); more: sad",
     "something sad"},
    {"my favourite is \"se7en\"", "like: Seven (a.k.a. Se7en) (1995)", "my favourite"},
    {"not like Saw", "unlike: Saw (2004)", ""},
    {"like Heat but not like Fight Club", "like: Heat (1995); unlike: Fight Club (1999)", ""},
    {"in the vein of The Good, the Bad and the Ugly",
     "like: Good, the Bad and the Ugly, The (1966)", ""},
    {"2001: a space odyssey", "title: 2001: A Space Odyssey (1968)", ""},
    {"Something in the mood of 2001: A Space Odyssey (1968), slower",
     "like: 2001: A Space Odyssey (1968)", "Something slower"},
    {"who likes the sea", "", NULL},
    {"I like big cities", "", "big cities"},
    {"like Big", "like: Big (1988)", ""},
    {"movies like big", "like: Big (1988)", "movies"},
    {"like lord of the rings", "like: Lord of the Rings: The Fellowship of the Ring, The (2001)",
     ""},
    {"Lord of the Rings", "title: Lord of the Rings, The (1978)", ""},
    {"I love Pulp Fiction, hate Titanic", "like: Pulp Fiction (1994); unlike: Titanic (1997)", ""},
    {"I loved Pulp Fiction but hated Titanic", "like: Pulp Fiction (1994); unlike: Titanic (1997)",
     ""},
    {"space opera, not Star Wars: Episode IV - A New Hope (1977)",
     "unlike: Star Wars: Episode IV - A New Hope (1977)", "space opera"},
    {"funnier than Big!", "more: funny; like: Big (1988)", ""},
    {"less scary than Saw", "less: scary; like: Saw (2004)", ""},
    /* What leads up to a wish. */
    {"show me something sad", "more: sad", "something sad"},
    {"Can you please recommend a sad film?", "more: sad", "a sad?"},
    {"hi, I'm in the mood for something sad", "more: sad", "something sad"},
    {"I want to see dogs", "", "dogs"},
    /* Genres, tags, moods. */
    {"a boring film", "tag: Boring", "a boring"},
    {"gloomy", "more: sad; tag: gloomy", NULL},
    {"a gloomy comedy", "more: sad; genre: Comedy", NULL},
    {"gloomy and funny", "more: sad; more: funny", NULL},
    {"sci-fi with time travel", "genre: Sci-Fi; tag: time travel", NULL},
    {"romcom", "genre: Comedy; genre: Romance", NULL},
    {"a film noir with a twist ending", "genre: Film-Noir; tag: twist ending", NULL},
    {"kids movie", "genre: Children's", NULL},
    {"more scary", "more: scary", NULL},
    {"less violent", "less: dark", ""},
    {"not as scary as Saw", "less: scary; like: Saw (2004)", ""},
    /* Run times, seen or not. */
    {"a short comedy", "at most 95 minutes; genre: Comedy", "comedy"},
    {"under 90 minutes", "at most 90 minutes", ""},
    {"less than two hours", "at most 120 minutes", ""},
    {"no longer than 100 min", "at most 100 minutes", ""},
    {"at least 1.5 hours", "at least 90 minutes", ""},
    {"not too long", "at most 95 minutes", ""},
    {"a long epic", "at least 150 minutes", "epic"},
    {"a long time ago", "", NULL},
    {"something I have not seen", "not seen", "something"},
    {"something I haven't seen yet", "not seen", "something"},
    {"seen and loved", "seen and loved", ""},
    {"something to rewatch", "seen and loved", "something"},
    /* Nothing. */
    {"", "", ""},
    {"?!...", "", ""},
    {"\xf0\x9f\x8e\xac \xf0\x9f\x8d\xbf", "", NULL},
    {"\xd1\x84\xd0\xb8\xd0\xbb\xd1\x8c\xd0\xbc", "", NULL},
};

static void wishes(void **state) {
    (void)state;
    const struct rules_context context = context_of();
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct row *row = &table[i];
        const char *rest = row->rest ? row->rest : row->wish;
        struct rules_found found;
        char chips[1024] = "";
        rules_find(row->wish, strlen(row->wish), &context, &arena, &found);
        for (size_t c = 0; c < found.chip_count; c++) {
            const size_t used = strlen(chips);
            snprintf(chips + used, sizeof chips - used, "%s%s", c ? "; " : "",
                     found.chips[c].label);
        }
        if (strcmp(chips, row->chips) == 0 && strcmp(found.rest, rest) == 0)
            continue;
        print_error("\"%s\"\n  found    [%s] \"%s\"\n  expected [%s] \"%s\"\n", row->wish, chips,
                    found.rest, row->chips, rest);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

static struct rules_found find(const char *wish, size_t length) {
    const struct rules_context context = context_of();
    struct rules_found found;
    rules_find(wish, length, &context, &arena, &found);
    return found;
}

static void numbers(void **state) {
    (void)state;
    struct rules_found found = find("90s, before 1995, no horror", 27);
    assert_int_equal(found.first_year, 1990);
    assert_int_equal(found.last_year, 1994);
    assert_int_equal(found.excluded, 1 << 10);
    assert_int_equal(found.chips[1].begin, 5);
    assert_int_equal(found.chips[1].end, 16);
    assert_true(found.is_blank);
    found = find("the 80s, the 90s", 16);
    assert_int_equal(found.first_year, 1980);
    assert_int_equal(found.last_year, 1999);
    found = find("Toy Story", 9);
    assert_true(found.is_title);
    assert_int_equal(found.films[0], 0);
    found = find("something sad", 13);
    assert_false(found.is_blank);
    found = find("horror, no horror", 17);
    assert_int_equal(found.typed, 0);
    assert_int_equal(found.excluded, 1 << 10);
}

/* A catalogue without years, run times, titles and tags. */
static void likenesses(void **state) {
    (void)state;
    static const struct {
        const char *wish;
        bool is_likeness;
    } rows[] = {{"like Toy Story but darker", true},
                {"something like toy stroy", true},
                {"movies such as Heat, please, not like Fight Club", true},
                {"like Heat, before 1990", true},
                {"like Toy Story but with zombies", false},
                {"like Heat but a comedy", false},
                {"a lighthouse keeper, like Heat", false},
                {"something darker", false},
                {"Toy Story", true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (find(rows[i].wish, strlen(rows[i].wish)).is_likeness != rows[i].is_likeness)
            fail_msg("\"%s\"", rows[i].wish);
}

/* What is taken back is as if it had not been said. */
static void taken_back(void **state) {
    (void)state;
    static const struct {
        const char *wish, *removed, *chips, *rest;
    } rows[] = {
        {"no horror or musicals", "excluded: Horror", "excluded: Musical", ""},
        {"no horror or musicals", "EXCLUDED: musical", "excluded: Horror", ""},
        {"plastic comedies", "genre: Comedy", "", "plastic"},
        {"dogs, like Heat", "like: Heat (1995)", "", "dogs"},
        {"fight club", "title: Fight Club (1999)", "", "fight club"},
        {"not scary, 90s", "years 1990-1999", "excluded: Horror", ""},
        {"seen and loved", "seen and loved", "", ""},
        {"without subtitles", "without: subtitles", "", ""},
        {"no rom com", "excluded: Comedy and Romance", "", ""},
        {"more scary", "more: scary", "", ""},
        {"under 90 minutes", "at most 90 minutes", "", ""},
        {"no horror", "genre: Horror", "excluded: Horror", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rules_context context = context_of();
        struct rules_found found;
        char chips[256] = "";
        context.removed = &rows[i].removed;
        context.removed_count = 1;
        rules_find(rows[i].wish, strlen(rows[i].wish), &context, &arena, &found);
        for (size_t c = 0; c < found.chip_count; c++)
            strncat(chips, found.chips[c].label, sizeof chips - strlen(chips) - 1);
        if (strcmp(chips, rows[i].chips) != 0 || strcmp(found.rest, rows[i].rest) != 0)
            fail_msg("\"%s\" without [%s]: [%s] \"%s\"", rows[i].wish, rows[i].removed, chips,
                     found.rest);
        const size_t left = found.film_count + (found.first_year != 0) + found.is_seen +
                            (found.without != NULL) + found.together_count + found.more +
                            (found.most_minutes > 0) + (found.typed != 0);
        assert_int_equal(left, 0);
    }
}

static void notices(void **state) {
    (void)state;
    static const struct {
        const char *wish, *notice; /* NULL: none */
    } rows[] = {
        {"a sad film", NULL},
        {"after 2000, before 1990", "no year fits"},
        {"the 80s, the 90s", NULL},
        {"under 90 minutes, at least 2 hours", "no run time fits"},
        {"ein lustiger Film f\xc3\xbcr die ganze Familie, nicht traurig", "in English"},
        {"una pel\xc3\xad"
         "cula triste con perros y gatos",
         "in English"},
        {"un film triste avec des chiens", "in English"},
        {"\xd0\xb3\xd1\x80\xd1\x83\xd1\x81\xd1\x82\xd0\xbd\xd1\x8b\xd0\xb9 film", "in English"},
        {"\xe6\x98\xa0\xe7\x94\xbb", "in English"},
        {"\xf0\x9f\x8e\xac", NULL},
        {"a film noir about los angeles and el dorado", NULL},
        {"like Le Fabuleux destin d'Am\xc3\xa9lie Poulain", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct rules_found found = find(rows[i].wish, strlen(rows[i].wish));
        const bool fits = rows[i].notice ? found.notice_count == 1 &&
                                               strstr(found.notices[0], rows[i].notice) != NULL
                                         : found.notice_count == 0;
        if (!fits)
            fail_msg("\"%s\": %s", rows[i].wish, found.notice_count ? found.notices[0] : "nothing");
    }
}

/* Titles with slips are looked for no more than so often. */
static size_t asked;
static size_t count_films(const void *context, const struct token *tokens, size_t count,
                          uint32_t *film) {
    (void)context, (void)tokens, (void)count, (void)film;
    asked++;
    return 0;
}

static void few_films_are_looked_for(void **state) {
    (void)state;
    static char text[16384];
    struct rules_context context = context_of();
    struct rules_found found;
    context.find_film = count_films;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = "like dark horses, "[i % 18];
    rules_find(text, sizeof text, &context, &arena, &found);
    assert_true(asked > 1 && asked <= 16);
}

static void a_bare_catalogue(void **state) {
    (void)state;
    const struct phrases none = {0};
    const struct rules_context context = {
        .genres = genres, .genre_count = 2, .titles = &none, .tags = &none};
    static const char wish[] = "short action of the 90s like Heat, no horror, under 90 minutes";
    struct rules_found found;
    rules_find(wish, sizeof wish - 1, &context, &arena, &found);
    assert_int_equal(found.chip_count, 2);
    assert_string_equal(found.chips[0].label, "genre: Action");
    assert_string_equal(found.chips[1].label, "without: horror");
}

static void long_and_broken_texts(void **state) {
    (void)state;
    static char text[20000];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = "no horror like Heat, \xff\xc3 90s"[i % 27];
    const struct rules_found found = find(text, sizeof text);
    assert_true(found.chip_count <= RULES_CHIPS_MAX);
    memset(text, 'a', sizeof text);
    assert_true(find(text, sizeof text).chip_count == 0);
    memset(text, 0, sizeof text);
    assert_string_equal(find(text, sizeof text).rest, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wishes),           cmocka_unit_test(numbers),
        cmocka_unit_test(likenesses),       cmocka_unit_test(taken_back),
        cmocka_unit_test(notices),          cmocka_unit_test(few_films_are_looked_for),
        cmocka_unit_test(a_bare_catalogue), cmocka_unit_test(long_and_broken_texts),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
