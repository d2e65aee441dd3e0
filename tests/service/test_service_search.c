/* test_service_search.c: wishes in words over the tiny catalogue, with an encoder that knows words
 * by their letters. */
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/files.h"
#include "nn/tensor.h"
#include "service/fake_encoder.h"
#include "service/service_search.h"
#include "service/tiny.h"
#include "service/wish_cache.h"

struct fixture {
    struct arena arena;
    struct service *service;
    struct snapshot *snapshot;
    struct error error;
    int encoded;
};

static int set_up(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    f->service = tiny_service(tiny_create());
    fake_words(f->service, &f->encoded);
    assert_int_equal(service_acquire(f->service, NULL, &f->snapshot, &f->error), STATUS_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *f = *state;
    service_release(f->snapshot);
    service_destroy(f->service);
    arena_release(&f->arena);
    free(f);
    return 0;
}

static struct search_request request_for(const char *text) {
    return (struct search_request){.text = text,
                                   .length = strlen(text),
                                   .genre_alpha = SEARCH_UNSAID,
                                   .pop_alpha = SEARCH_UNSAID,
                                   .embed_alpha = SEARCH_UNSAID,
                                   .candidate_pool = SEARCH_UNSAID,
                                   .asked = {.strict = true, .top_k = 8}};
}

static struct search_answer found(struct fixture *f, const struct search_request *request) {
    struct search_answer answer;
    if (service_search(f->service, f->snapshot, request, &f->arena, &answer, &f->error) !=
        STATUS_OK)
        fail_msg("%s", f->error.text);
    return answer;
}

static struct search_answer search(struct fixture *f, const char *text) {
    const struct search_request request = request_for(text);
    return found(f, &request);
}

static bool lists(const struct search_answer *answer, uint32_t item) {
    size_t i = 0;
    while (i < answer->told.count && answer->told.list[i].item != item)
        i++;
    return i < answer->told.count;
}

static void parts_sum_to_the_score(const struct search_answer *answer) {
    for (size_t i = 0; i < answer->told.count; i++) {
        float sum = 0;
        for (size_t p = 0; p < SEARCH_PARTS; p++)
            sum += answer->parts[i][p];
        ASSERT_NEAR(sum, answer->told.list[i].score, 1e-5);
    }
}

static void a_genre(void **state) {
    struct fixture *f = *state;
    const struct search_answer answer = search(f, "comedy");
    assert_int_equal(answer.told.count, 8);
    assert_string_equal(answer.encoder, "fake");
    assert_string_equal(answer.told.basis, "the wish alone");
    assert_int_equal(answer.rules.typed, TINY_COMEDY);
    assert_true(answer.wish.strongest & TINY_COMEDY);
    assert_true(f->snapshot->genres[answer.told.list[0].item] & TINY_COMEDY);
    parts_sum_to_the_score(&answer);
    for (size_t i = 0; i < answer.told.count; i++)
        ASSERT_NEAR(answer.parts[i][SEARCH_BASE], 0, 0);
}

static void a_person(void **state) {
    struct fixture *f = *state;
    struct search_request request = request_for("something exciting with action");
    const struct service_person person = service_person_known(f->snapshot, 0);
    request.asked.people = &person;
    request.asked.person_count = 1; /* has 0, 1 and 2 */
    const struct search_answer answer = found(f, &request);
    assert_int_equal(answer.told.count, 5);
    assert_string_equal(answer.told.basis, "known user");
    assert_false(lists(&answer, 0));
    assert_int_equal(answer.told.list[0].item, 6);
    float least = 1, most = 0;
    for (size_t i = 0; i < answer.told.count; i++) {
        const float base = answer.parts[i][SEARCH_BASE];
        least = fminf(least, base);
        most = fmaxf(most, base);
    }
    ASSERT_NEAR(least, 0, 1e-6);
    ASSERT_NEAR(most, 1, 1e-6);
    parts_sum_to_the_score(&answer);
    /* The same from bare ratings. */
    const struct rated_item ratings[] = {{0, 5}, {1, 4}, {2, 1}};
    request.asked.person_count = 0;
    request.asked.ratings = ratings;
    request.asked.rating_count = 3;
    const struct search_answer bare = found(f, &request);
    assert_string_equal(bare.told.basis, "ratings given");
    for (size_t i = 0; i < bare.told.count; i++)
        assert_int_equal(bare.told.list[i].item, answer.told.list[i].item);
}

static void seen_and_loved(void **state) {
    struct fixture *f = *state;
    struct search_request request = request_for("something I have seen and loved");
    const struct service_person person = service_person_known(f->snapshot, 0);
    request.asked.people = &person;
    request.asked.person_count = 1; /* 5, 4 and 1 of 1 to 5 */
    const struct search_answer answer = found(f, &request);
    assert_int_equal(answer.told.count, 2);
    assert_true(lists(&answer, 0) && lists(&answer, 1));
}

static void exclusion_years_and_names(void **state) {
    struct fixture *f = *state;
    struct search_answer answer = search(f, "action, no comedies");
    assert_false(lists(&answer, 1) || lists(&answer, 2) || lists(&answer, 4));
    assert_int_equal(answer.told.count, 5);
    answer = search(f, "between 1991 and 1994");
    assert_int_equal(answer.told.count, 3);
    assert_true(answer.wish.is_blank);
    assert_int_equal(answer.told.list[0].item, 1); /* two people have 1 and 3 */
    answer = search(f, "similar to Alpha but with drama");
    assert_int_equal(answer.rules.film_count, 1);
    assert_false(lists(&answer, 0));
    assert_true(answer.parts[0][SEARCH_LIKE] + answer.parts[1][SEARCH_LIKE] > 0);
    answer = search(f, "a film under 100 minutes");
    assert_int_equal(answer.told.count, 1);
    assert_int_equal(answer.told.list[0].item, 3);
}

/* Of a likeness the model's neighbours are candidates whatever the words say, and weigh more. */
static void a_likeness(void **state) {
    struct fixture *f = *state;
    struct search_request request = request_for("like Eta (1996) but darker");
    request.candidate_pool = 5; /* three of them by the model */
    request.asked.top_k = 4;
    request.embed_alpha = 0.25;
    const struct search_answer likeness = found(f, &request);
    assert_true(likeness.rules.is_likeness);
    assert_int_equal(likeness.candidate_count, 5);
    assert_true(lists(&likeness, 5) && lists(&likeness, 7)); /* one apart on the line */
    const struct intent_alphas usual = words_values(service_words_opened(f->service))->alphas;
    assert_true(likeness.wish.alphas.like > usual.like);
    assert_true(likeness.wish.alphas.embed > 0.25);
    parts_sum_to_the_score(&likeness);
    request = request_for("a comedy like Eta (1996)");
    const struct search_answer other = found(f, &request);
    assert_false(other.rules.is_likeness);
    ASSERT_NEAR(other.wish.alphas.like, usual.like, 0);
}

/* A typed title stands first, for who has the film too; films like it follow. */
static void a_title(void **state) {
    struct fixture *f = *state;
    struct search_request request = request_for("Alpha (1990)");
    const struct service_person person = service_person_known(f->snapshot, 0); /* has 0, 1, 2 */
    struct search_answer answer = found(f, &request);
    assert_true(answer.rules.is_title && answer.rules.is_likeness);
    assert_int_equal(answer.told.list[0].item, 0);
    assert_int_equal(answer.told.count, 8);
    request.asked.people = &person;
    request.asked.person_count = 1;
    answer = found(f, &request);
    assert_int_equal(answer.told.list[0].item, 0);
    assert_false(lists(&answer, 1) || lists(&answer, 2));
    request.asked.top_k = 1;
    answer = found(f, &request);
    assert_int_equal(answer.told.list[0].item, 0);
}

/* A chip that was taken back does not count, and is another wish to the cache. */
static void chips_taken_back(void **state) {
    struct fixture *f = *state;
    static const char *const removed[] = {"excluded: Comedy"};
    struct search_request request = request_for("no comedies or dramas");
    struct search_answer answer = found(f, &request);
    assert_int_equal(answer.rules.chip_count, 2);
    assert_false(lists(&answer, 1));
    request.removed = removed;
    request.removed_count = 1;
    for (int again = 0; again < 2; again++) {
        answer = found(f, &request);
        assert_int_equal(answer.rules.chip_count, 1);
        assert_string_equal(answer.rules.chips[0].label, "excluded: Drama");
        assert_true(lists(&answer, 1));
        assert_int_equal(answer.rules.typed, 0);
    }
    request.removed_count = 0;
    answer = found(f, &request);
    assert_int_equal(answer.rules.chip_count, 2);
}

static void strictly(void **state) {
    struct fixture *f = *state;
    struct search_request request = request_for("drama");
    request.strict = true;
    const struct search_answer answer = found(f, &request);
    for (size_t i = 0; i < answer.told.count; i++)
        assert_true(f->snapshot->genres[answer.told.list[i].item] & answer.wish.strongest);
    assert_true(lists(&answer, 3));
}

static void a_small_pool_still_fills_the_list(void **state) {
    struct fixture *f = *state;
    struct search_request request = request_for("drama");
    request.candidate_pool = 2;
    request.asked.top_k = 1;
    struct search_answer answer = found(f, &request);
    assert_int_equal(answer.candidate_count, 2);
    request.asked.top_k = 6;
    answer = found(f, &request);
    assert_int_equal(answer.told.count, 6);
    assert_int_equal(answer.candidate_count, 8);
}

/* Pages of two: the pool's four, and behind them what it does not have; each film once. */
static void pages_go_on_behind_the_pool(void **state) {
    struct fixture *f = *state;
    struct search_request request = request_for("drama");
    unsigned seen = 0;
    request.candidate_pool = 4;
    request.asked.top_k = 2;
    for (int method = 0; method < 2; method++, seen = 0) {
        request.asked.diversity = method ? 0.5 : 0;
        for (request.asked.offset = 0; request.asked.offset < 8; request.asked.offset += 2) {
            const struct search_answer answer = found(f, &request);
            assert_int_equal(answer.told.count, 2);
            assert_int_equal(answer.told.has_more, request.asked.offset < 6);
            assert_int_equal(answer.told.pool > 0, method);
            parts_sum_to_the_score(&answer);
            for (size_t i = 0; i < 2; i++)
                seen |= 1u << answer.told.list[i].item;
        }
        assert_int_equal(seen, 0xff);
    }
}

/* Users 1 and 3 have 0, 1, 2 and 0, 3: their scores become one, and nobody's films come. */
static void several_people(void **state) {
    struct fixture *f = *state;
    struct search_request request = request_for("drama");
    const struct service_person people[] = {service_person_known(f->snapshot, 0),
                                            service_person_known(f->snapshot, 2)};
    request.asked.people = people;
    request.asked.person_count = 2;
    for (enum group_rule rule = 0; rule < GROUP_RULES; rule++) {
        request.asked.group = rule;
        const struct search_answer answer = found(f, &request);
        assert_string_equal(answer.told.basis, "several people");
        assert_int_equal(answer.told.count, 4);
        assert_false(lists(&answer, 0) || lists(&answer, 3));
        assert_non_null(answer.told.list[0].people);
        parts_sum_to_the_score(&answer);
        float most = 0;
        for (size_t i = 0; i < answer.told.count; i++)
            most = fmaxf(most, answer.parts[i][SEARCH_BASE]);
        ASSERT_NEAR(most, 1, 1e-6); /* 4 is the nearest to what both have */
    }
}

/* "ann" has one film: popularity has 0.6 of her base, log(1 + people) / log(1 + 3). */
static void few_ratings(void **state) {
    struct fixture *f = *state;
    struct search_request request = request_for("drama");
    const struct service_person person = service_person_known(f->snapshot, 3);
    request.asked.people = &person;
    request.asked.person_count = 1;
    ASSERT_NEAR(found(f, &request).told.popularity, 0, 0);
    request.asked.by_tier = true;
    const struct search_answer answer = found(f, &request);
    ASSERT_NEAR(answer.told.popularity, 0.6, 1e-6);
    assert_string_equal(answer.told.tier, "few ratings");
    for (size_t i = 0; i < answer.told.count; i++)
        if (answer.told.list[i].item == 3)
            ASSERT_NEAR(answer.parts[i][SEARCH_BASE], 0.4 + 0.6 * log(3) / log(4), 1e-5);
    parts_sum_to_the_score(&answer);
}

/* What a list without a wish hears is heard beside one. */
static void all_else_that_is_asked(void **state) {
    struct fixture *f = *state;
    struct search_request request = request_for("drama");
    const struct search_answer plain = found(f, &request);
    const uint32_t first = plain.told.list[0].item;
    request.asked.demoted = (struct filter_set){&first, 1};
    const struct search_answer demoted = found(f, &request);
    for (size_t i = 0; i < demoted.told.count; i++)
        assert_int_equal(demoted.parts[i][SEARCH_SHOWN] < 0, demoted.told.list[i].item == first);
    parts_sum_to_the_score(&demoted);
    request.asked.demoted.count = 0;
    request.asked.genres = TINY_ACTION;
    const struct search_answer strict = found(f, &request);
    for (size_t i = 0; i < strict.told.count; i++)
        assert_true(f->snapshot->genres[strict.told.list[i].item] & TINY_ACTION);
    request.asked.strict = false;
    const struct search_answer soft = found(f, &request);
    assert_int_equal(soft.told.count, 8);
    for (size_t i = 0; i < soft.told.count; i++)
        for (size_t p = 0; p < plain.told.count; p++)
            if (plain.told.list[p].item == soft.told.list[i].item)
                ASSERT_NEAR(soft.told.list[i].score - plain.told.list[p].score,
                            f->snapshot->genres[soft.told.list[i].item] & TINY_ACTION ? 0.2 : 0,
                            1e-5);
    request.asked.context = (struct recommend_context){.is_given = true, .hour = 20};
    assert_null(found(f, &request).told.context); /* the tiny data know no hours */
}

static void alphas_count(void **state) {
    struct fixture *f = *state;
    struct search_request request = request_for("xyzzy");
    request.genre_alpha = request.embed_alpha = 0;
    request.pop_alpha = 1;
    const struct search_answer answer = found(f, &request);
    assert_int_equal(answer.told.list[0].item, 0); /* the most popular */
    ASSERT_NEAR(answer.parts[0][SEARCH_POPULARITY], 1, 1e-6);
    ASSERT_NEAR(answer.parts[0][SEARCH_COSINE], 0, 0);
}

static void asked_again(void **state) {
    struct fixture *f = *state;
    search(f, "a funny film");
    const int before = f->encoded;
    const struct search_answer again = search(f, "  a funny\tfilm ");
    assert_int_equal(f->encoded, before);
    assert_string_equal(again.text, "a funny film");
    search(f, "a gloomy film");
    assert_true(f->encoded > before);
}

/* Asks a new service; returns how many texts it encoded. */
static int ask_anew(struct fixture *f, struct search_answer *answer) {
    int encoded = 0;
    struct service *service = tiny_service(tiny_create());
    fake_words(service, &encoded);
    struct snapshot *snapshot;
    const struct search_request request = request_for("comedy");
    assert_int_equal(service_acquire(service, NULL, &snapshot, &f->error), STATUS_OK);
    assert_int_equal(service_search(service, snapshot, &request, &f->arena, answer, &f->error),
                     STATUS_OK);
    service_release(snapshot);
    service_destroy(service);
    return encoded;
}

/* The films' vectors are read from their file by the next service. */
static void vectors_are_kept(void **state) {
    struct fixture *f = *state;
    const struct search_answer first = search(f, "comedy");
    struct search_answer second;
    /* Moods, the probe and the wish. */
    assert_int_equal(ask_anew(f, &second), AFFECT_COUNT + 2);
    for (size_t i = 0; i < first.told.count; i++) {
        assert_int_equal(second.told.list[i].item, first.told.list[i].item);
        ASSERT_NEAR(second.told.list[i].score, first.told.list[i].score, 0);
    }
}

/* A file with what is no number is made again; its neighbours in the folder, which are not the
 * films' own, stay. */
static void damaged_vectors_are_made_again(void **state) {
    enum { OTHERS = 10 };
    struct fixture *f = *state;
    struct search_answer answer;
    const char *const *names;
    size_t count = 0;
    search(f, "comedy");
    const char *folder = files_join(&f->arena, files_data_home(&f->arena), "vectors");
    assert_int_equal(files_list(folder, &f->arena, &names, &count, &f->error), STATUS_OK);
    assert_int_equal(count, 1);
    const char *path = files_join(&f->arena, folder, names[0]);
    for (unsigned i = 0; i < OTHERS; i++) {
        const char *other = arena_format(&f->arena, "%s/%064x.safetensors", folder, i);
        assert_int_equal(files_write(other, "other", 5, &f->error), STATUS_OK);
    }
    struct tensor_file file = {0};
    assert_int_equal(tensor_file_open(&file, path, &f->error), STATUS_OK);
    struct tensor damaged = *tensor_file_find(&file, "vectors");
    const size_t size = damaged.shape[0] * damaged.shape[1];
    float *values = ARENA_ARRAY(&f->arena, float, size);
    values[size - 1] = NAN;
    damaged.name = "vectors";
    damaged.data = values;
    const struct tensor *const list[] = {&damaged};
    assert_int_equal(tensor_file_write(path, list, 1, NULL, 0, &f->error), STATUS_OK);
    tensor_file_close(&file);

    assert_int_equal(ask_anew(f, &answer), AFFECT_COUNT + 2 + (int)damaged.shape[0]);
    assert_int_equal(ask_anew(f, &answer), AFFECT_COUNT + 2);
    assert_int_equal(files_list(folder, &f->arena, &names, &count, &f->error), STATUS_OK);
    assert_int_equal(count, 1 + OTHERS);
}

static void refused(struct fixture *f, const struct search_request *request, enum status status,
                    const char *expected) {
    struct search_answer answer;
    assert_int_equal(
        service_search(f->service, f->snapshot, request, &f->arena, &answer, &f->error), status);
    if (!strstr(f->error.text, expected))
        fail_msg("%s\nexpected %s", f->error.text, expected);
}

static void bad_input(void **state) {
    struct fixture *f = *state;
    static char large[SEARCH_TEXT_MAX + 1];
    memset(large, 'a', sizeof large);
    static const char *const blank[] = {"", "   ", "\t\n\x01", "\xff\xfe"};
    struct search_request request;
    for (size_t i = 0; i < sizeof blank / sizeof *blank; i++) {
        request = request_for(blank[i]);
        refused(f, &request, STATUS_BAD_INPUT, "the wish is empty");
    }
    request = request_for("x");
    request.text = large;
    request.length = sizeof large;
    refused(f, &request, STATUS_BAD_INPUT, "16385 bytes, expected at most 16384");
    const double alphas[] = {NAN, -2, -0.5, INFINITY, 101};
    for (size_t i = 0; i < sizeof alphas / sizeof *alphas; i++) {
        request = request_for("x");
        request.genre_alpha = alphas[i];
        refused(f, &request, STATUS_BAD_USAGE, "genre_alpha is");
        request = request_for("x");
        request.embed_alpha = alphas[i];
        refused(f, &request, STATUS_BAD_USAGE, "embed_alpha is");
    }
    request = request_for("x");
    request.candidate_pool = NAN;
    refused(f, &request, STATUS_BAD_USAGE, "candidate_pool");
    request = request_for("x");
    const struct service_person person = service_person_known(f->snapshot, 99);
    request.asked.people = &person;
    request.asked.person_count = 1;
    refused(f, &request, STATUS_NOT_FOUND, "99");
    request = request_for("x");
    request.asked.top_k = 0;
    refused(f, &request, STATUS_BAD_USAGE, "top_k");
}

/* Sensible answers to strange texts. */
static void strange_texts(void **state) {
    struct fixture *f = *state;
    static const char *const texts[] = {
        "\xf0\x9f\x8e\xac\xf0\x9f\x8d\xbf",     /* emoji */
        "\xe2\x80\x8f\xd7\xa1\xd7\xa8\xd7\x98", /* a right-to-left mark and Hebrew */
        "\xe6\x98\xa0\xe7\x94\xbb",             /* Japanese */
        "caf\xff\xc3 comedy\x01\x02",           /* broken */
        "?!",
        "0",
        "' OR 1=1 --",
        "<script>"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct search_answer answer = search(f, texts[i]);
        assert_int_equal(answer.told.count, 8);
        for (size_t k = 0; k < answer.told.count; k++)
            assert_true(isfinite(answer.told.list[k].score));
    }
}

static float heard; /* the squared length of the wish that the model was asked with; 0: none */

static void score_by_wish(const struct model *model, const struct query *queries,
                          size_t query_count, const uint32_t *items, size_t item_count,
                          float *scores) {
    const float *wish = queries->wish_vector;
    heard = 0;
    for (size_t d = 0; wish && d < model->wish_dimension; d++)
        heard += wish[d] * wish[d];
    for (size_t i = 0; i < query_count * item_count; i++)
        scores[i] = wish && items[i % item_count] == 7;
}

/* Asks for user 0 a model that was trained with an encoder's vectors of so many numbers. */
static bool is_heard(const char *encoder, size_t dimension, const char *text) {
    struct fixture f = {0};
    struct tiny *tiny = tiny_create();
    tiny->ops.score = score_by_wish;
    tiny->model.wish_encoder = encoder;
    tiny->model.wish_dimension = dimension;
    f.service = tiny_service(tiny);
    fake_words(f.service, NULL);
    assert_int_equal(service_acquire(f.service, NULL, &f.snapshot, &f.error), STATUS_OK);
    struct search_request request = request_for(text);
    const struct service_person person = service_person_known(f.snapshot, 0);
    request.asked.people = &person;
    request.asked.person_count = 1;
    const struct search_answer answer = found(&f, &request);
    bool lifted = false;
    for (size_t i = 0; i < answer.told.count; i++)
        lifted = lifted || (answer.told.list[i].item == 7 && answer.parts[i][SEARCH_BASE] == 1);
    assert_int_equal(lifted, heard > 0);
    if (lifted)
        ASSERT_NEAR(heard, 1, 1e-5);
    service_release(f.snapshot);
    service_destroy(f.service);
    arena_release(&f.arena);
    return lifted;
}

static void wishes_reach_models_of_the_same_encoder(void **state) {
    (void)state;
    assert_true(is_heard("fake", FAKE_DIMENSION, "a quiet film"));
    assert_true(is_heard("fake-int8", FAKE_DIMENSION, "a quiet film"));
    assert_false(is_heard("minilm", FAKE_DIMENSION, "a quiet film"));
    assert_false(is_heard(NULL, FAKE_DIMENSION, "a quiet film"));
    assert_false(is_heard("fake", FAKE_DIMENSION / 2, "a quiet film"));
    assert_false(is_heard("fake", FAKE_DIMENSION, "since 1990")); /* nothing but a filter */
}

static void *ask_many(void *context) {
    struct fixture *f = context;
    struct arena arena = {0};
    for (int i = 0; i < 200; i++) {
        char text[40];
        struct search_answer answer;
        struct error error;
        snprintf(text, sizeof text, "a comedy number %d", i % 50);
        const struct search_request request = request_for(text);
        enum status status;
        /* While one thread reads the films the others are sent away. */
        do
            status = service_search(f->service, f->snapshot, &request, &arena, &answer, &error);
        while (status == STATUS_LIMIT);
        if (status != STATUS_OK || answer.told.count != 8)
            abort();
        arena_reset(&arena, (struct arena_position){0});
    }
    arena_release(&arena);
    return NULL;
}

static void many_threads(void **state) {
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_many, *state), 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}

static void the_cache_is_bounded(void **state) {
    (void)state;
    struct wish_cache *cache = wish_cache_create();
    struct wish_entry *entry = NULL;
    for (int i = 0; i < 3 * WISH_CACHE_ENTRIES; i++) {
        char text[16];
        const int length = snprintf(text, sizeof text, "%d", i);
        entry = wish_cache_entry(
            &(struct wish_key){.text = text, .length = (size_t)length, .pool = 500});
        wish_cache_keep(cache, entry);
        wish_cache_release(entry);
    }
    size_t kept = 0;
    for (int i = 0; i < 3 * WISH_CACHE_ENTRIES; i++) {
        char text[16];
        const int length = snprintf(text, sizeof text, "%d", i);
        entry = wish_cache_find(
            cache, &(struct wish_key){.text = text, .length = (size_t)length, .pool = 500});
        kept += entry != NULL;
        wish_cache_release(entry);
        assert_null(wish_cache_find(
            cache, &(struct wish_key){
                       .text = text, .length = (size_t)length, .pool = 500, .strict = true}));
    }
    assert_true(kept <= WISH_CACHE_ENTRIES && kept > WISH_CACHE_ENTRIES / 2);
    wish_cache_destroy(cache);
}

/* Large entries push others out, and one that is larger than a set is not kept. */
static void the_cache_is_bounded_in_bytes(void **state) {
    (void)state;
    struct wish_cache *cache = wish_cache_create();
    const size_t share = WISH_CACHE_BYTES / WISH_CACHE_ENTRIES;
    size_t kept = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < WISH_CACHE_ENTRIES; i++) {
            char text[16];
            const int length = snprintf(text, sizeof text, "%d", i);
            const struct wish_key key = {.text = text, .length = (size_t)length};
            struct wish_entry *entry = pass ? wish_cache_find(cache, &key) : wish_cache_entry(&key);
            if (!pass) {
                arena_alloc_raw(&entry->arena, i ? 4 * share : 9 * share);
                wish_cache_keep(cache, entry);
            }
            kept += pass && entry;
            assert_false(pass && entry && i == 0);
            wish_cache_release(entry);
        }
    assert_true(kept > 0 && kept <= WISH_CACHE_ENTRIES / 4);
    wish_cache_destroy(cache);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_genre, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_person, set_up, tear_down),
        cmocka_unit_test_setup_teardown(seen_and_loved, set_up, tear_down),
        cmocka_unit_test_setup_teardown(exclusion_years_and_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_likeness, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_title, set_up, tear_down),
        cmocka_unit_test_setup_teardown(chips_taken_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(strictly, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_small_pool_still_fills_the_list, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pages_go_on_behind_the_pool, set_up, tear_down),
        cmocka_unit_test_setup_teardown(several_people, set_up, tear_down),
        cmocka_unit_test_setup_teardown(few_ratings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_else_that_is_asked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(alphas_count, set_up, tear_down),
        cmocka_unit_test_setup_teardown(asked_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(vectors_are_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(damaged_vectors_are_made_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bad_input, set_up, tear_down),
        cmocka_unit_test_setup_teardown(strange_texts, set_up, tear_down),
        cmocka_unit_test(wishes_reach_models_of_the_same_encoder),
        cmocka_unit_test_setup_teardown(many_threads, set_up, tear_down),
        cmocka_unit_test(the_cache_is_bounded),
        cmocka_unit_test(the_cache_is_bounded_in_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
