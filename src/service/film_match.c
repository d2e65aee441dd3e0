/* film_match.c: see film_match.h.
 *
 * Idea     Numbers of links in order, for a binary search. Titles by a hash of their words without
 *          articles, small words and "and" (title_words.h), once for the title, once for each that
 *          stands in brackets. Slips of the pen by the look-up that people type into (bm25.h).
 * Traps    Remakes share a title, so without a year a title counts only where one film has it. A
 *          festival and a release may lie a year apart. An id that the catalogue does not have says
 *          nothing: its links have holes.
 * Checked  tests/service/test_film_match.c; on the titles of IMDb's and Letterboxd's spelling. */
#include "service/film_match.h"

#include <stdlib.h>
#include <string.h>

#include "dataset/film_text.h"
#include "text/bm25.h"
#include "text/title_words.h"

#define WORDS_MAX 32
#define NEAR_HITS 8
#define APART 0.93f
#define SURE_WITHOUT_YEAR 0.9f

struct link {
    uint64_t key; /* the number, or the hash of the words */
    uint32_t item;
};
struct links {
    struct link *list;
    size_t count;
};

struct film_match {
    const struct dataset *catalogue;
    struct links imdb, tmdb, titles;
    const uint32_t *people; /* [items] who have it */
    const struct bm25 *index;
};

static int by_key(const void *a, const void *b) {
    const struct link *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->item > y->item) - (x->item < y->item);
}

/* The first link with the key, or one past the last. */
static size_t first_of(const struct links *links, uint64_t key) {
    size_t low = 0, high = links->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (links->list[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- Titles ---- */

static uint64_t hash_bytes(uint64_t hash, const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3u;
    return (hash ^ ' ') * 0x100000001b3u;
}

/* 0: there are no words. */
static uint64_t title_key(const char *title, size_t length) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct title_word words[WORDS_MAX];
    const size_t count = title_words(title, length, scratch, words, WORDS_MAX);
    uint64_t hash = 0xcbf29ce484222325u;
    size_t heavy = 0;
    for (size_t i = 0; i < count; i++)
        heavy += !words[i].light;
    for (size_t i = 0; i < count; i++)
        if ((!words[i].light && strcmp(words[i].bytes, "and") != 0) || heavy == 0)
            hash = hash_bytes(hash, words[i].bytes, words[i].length);
    arena_reset(scratch, mark);
    return count > 0 ? hash : 0;
}

static void add_title(struct links *titles, const char *title, size_t length, uint32_t item) {
    const uint64_t key = title_key(title, length);
    if (key)
        titles->list[titles->count++] = (struct link){key, item};
}

#define TITLES_PER_FILM 4

/* "Seven (a.k.a. Se7en) (1995)": "Seven", and "Se7en". */
static void add_titles(struct links *titles, const char *title, uint32_t item) {
    static const char also[] = "a.k.a. ";
    const size_t most = titles->count + TITLES_PER_FILM;
    const char *end = title + film_text_title_length(title);
    const char *bracket = memchr(title, '(', (size_t)(end - title));
    add_title(titles, title, (size_t)((bracket && bracket > title ? bracket : end) - title), item);
    if (bracket)
        add_title(titles, title, (size_t)(end - title), item);
    while (bracket && titles->count < most) {
        const char *inside = bracket + 1, *close = memchr(inside, ')', (size_t)(end - inside));
        if (!close)
            break;
        if (close - inside > (long)sizeof also && strncmp(inside, also, sizeof also - 1) == 0)
            inside += sizeof also - 1;
        add_title(titles, inside, (size_t)(close - inside), item);
        bracket = memchr(close, '(', (size_t)(end - close));
    }
}

/* ---- Making it ---- */

static void add_number(struct links *links, const char *digits, uint32_t item) {
    const uint64_t number = digits ? strtoull(digits, NULL, 10) : 0;
    if (number > 0)
        links->list[links->count++] = (struct link){number, item};
}

static const uint32_t *count_people(const struct dataset *catalogue, struct arena *arena) {
    const struct interactions *rows = &catalogue->interactions;
    uint32_t *people = ARENA_ARRAY(arena, uint32_t, catalogue->items.count);
    for (uint64_t i = 0; i < rows->offsets[rows->user_count]; i++)
        people[rows->items[i]]++;
    return people;
}

struct film_match *film_match_create(const struct dataset *catalogue, struct arena *arena) {
    struct film_match *match = ARENA_NEW(arena, struct film_match);
    const uint32_t count = catalogue->items.count;
    struct links *const all[] = {&match->imdb, &match->tmdb, &match->titles};
    const char **names = ARENA_ARRAY(arena, const char *, count);
    match->catalogue = catalogue;
    match->people = count_people(catalogue, arena);
    match->imdb.list = ARENA_ARRAY(arena, struct link, count);
    match->tmdb.list = ARENA_ARRAY(arena, struct link, count);
    match->titles.list = ARENA_ARRAY(arena, struct link, (TITLES_PER_FILM + 1) * (size_t)count);
    for (uint32_t i = 0; i < count; i++) {
        const struct movie *movie = &catalogue->movies[i];
        names[i] = movie->title;
        add_number(&match->imdb, movie->imdb_id, i);
        add_number(&match->tmdb, movie->tmdb_id, i);
        add_titles(&match->titles, movie->title, i);
    }
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i]->count > 0)
            qsort(all[i]->list, all[i]->count, sizeof(struct link), by_key);
    match->index = bm25_create(names, match->people, count, arena);
    return match;
}

/* ---- Finding ---- */

static bool find_number(const struct links *links, const char *digits, uint32_t *item) {
    const uint64_t number = digits ? strtoull(digits, NULL, 10) : 0;
    const size_t at = first_of(links, number);
    if (number == 0 || at == links->count || links->list[at].key != number)
        return false;
    *item = links->list[at].item;
    return true;
}

/* Years between; where one is not known, more than any that is. */
static int years_apart(const struct film_match *match, uint32_t item, int year) {
    const int own = match->catalogue->movies[item].year;
    return own == 0 || year == 0 ? 2 : abs(own - year);
}

static bool find_title(const struct film_match *match, const struct film_named *named,
                       uint32_t *item) {
    const size_t length = film_text_title_length(named->title);
    const uint64_t key = title_key(named->title, length);
    uint32_t best = DATASET_NONE;
    int best_apart = 3;
    size_t films = 0;
    for (size_t i = first_of(&match->titles, key);
         key && i < match->titles.count && match->titles.list[i].key == key; i++) {
        const uint32_t found = match->titles.list[i].item;
        const int apart = years_apart(match, found, named->year);
        if (apart > 2 || (apart == 2 && named->year != 0 && match->catalogue->movies[found].year))
            continue;
        films += found != best;
        if (apart < best_apart ||
            (apart == best_apart && match->people[found] > match->people[best])) {
            best = found;
            best_apart = apart;
        }
    }
    *item = best;
    return best != DATASET_NONE && (best_apart < 2 || films == 1);
}

static bool find_near(const struct film_match *match, const struct film_named *named,
                      uint32_t *item) {
    struct bm25_hit hits[NEAR_HITS];
    const size_t count =
        bm25_find(match->index, named->title, strlen(named->title), hits, NEAR_HITS);
    const float least = named->year ? BM25_SURE : SURE_WITHOUT_YEAR;
    float best = 0, second = 0;
    for (size_t i = 0; i < count; i++) {
        const int apart = years_apart(match, hits[i].title, named->year);
        if (named->year ? apart > 1 : apart > 2)
            continue;
        if (hits[i].score > best) {
            second = best;
            best = hits[i].score;
            *item = hits[i].title;
        } else if (hits[i].score > second) {
            second = hits[i].score;
        }
    }
    return best >= least && second < APART * best;
}

enum film_match_way film_match_find(const struct film_match *match, const struct film_named *named,
                                    uint32_t *item) {
    if (find_number(&match->imdb, named->imdb, item) ||
        find_number(&match->tmdb, named->tmdb, item))
        return FILM_MATCH_ID;
    if (!named->title)
        return FILM_MATCH_NONE;
    if (find_title(match, named, item))
        return FILM_MATCH_TITLE;
    return !named->exact && find_near(match, named, item) ? FILM_MATCH_NEAR : FILM_MATCH_NONE;
}
