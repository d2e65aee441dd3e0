/* intent_values.c: see intent_values.h.
 *
 * Idea     One table of settings without defaults: config/intent.yaml has them all, is put into the
 *          program by the assembler (.incbin) and read first; a person's file goes over it.
 * Traps    A key that the built-in file lacks would be 0 or NaN: the test looks at each.
 * Checked  tests/intent/test_intent_values.c. */
#include "intent/intent_values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/config.h"
#include "base/settings.h"

__asm__(".pushsection .rodata\n"
        ".balign 16\nintent_values_begin:\n"
        ".incbin \"" MATINEE_INTENT_FILE "\"\nintent_values_end:\n"
        ".byte 0\n"
        ".popsection\n");
extern const char intent_values_begin[] __attribute__((visibility("hidden")));
extern const char intent_values_end[] __attribute__((visibility("hidden")));

#define SHARE_MAX 1
#define ALPHA_MAX 100
#define COUNT_MAX 1000000

/* clang-format off */
#define REAL(key, most, help) {key, SETTING_REAL, "", 0, most, NULL, NULL, help}
#define COUNT(key, least, help) {key, SETTING_INT, "", least, COUNT_MAX, NULL, NULL, help}
#define LIST(key, help) {key, SETTING_TEXT_LIST, "", 0, 0, NULL, NULL, help}
#define AFFECT(id, name)                                                                           \
    {"affects." name ".anchor", SETTING_TEXT, "", 0, 0, NULL, NULL, "what such a wish says"},      \
    LIST("affects." name ".genres", "P(genre | mood): [Drama=0.6]"),                               \
    LIST("affects." name ".damps", "genres that do not go with it"),                               \
    REAL("affects." name ".alpha_pos", ALPHA_MAX, "steering towards the nearest genres"),          \
    REAL("affects." name ".alpha_neg", ALPHA_MAX, "steering away from the farthest"),              \
    {"affects." name ".cautious", SETTING_BOOL, "false", 0, 0, NULL, NULL, "see cautious.*"},
/* clang-format on */

static const struct setting_spec table[] = {
#include "intent/affects.def"
    {"affects.sure", SETTING_REAL, "", -1, 1, NULL, NULL, "from this score on a mood is sure"},
    REAL("affects.margin", SHARE_MAX,
         "by so much a sure mood that is not said is above the mean of all"),
    COUNT("steering.top", 1, "nearest genres"),
    COUNT("steering.bottom", 0, "farthest genres"),
    REAL("steering.alpha_pos", ALPHA_MAX, "of a wish without a mood"),
    REAL("steering.alpha_neg", ALPHA_MAX, "of a wish without a mood"),
    LIST("steering.action_words", "words that make a wish exciting rather than scary"),
    REAL("steering.action_gain", ALPHA_MAX, "how many times exciting counts then"),
    REAL("steering.action_share", ALPHA_MAX, "where scary is above this share of exciting"),
    REAL("genres.threshold", 1, "similarities below it count for nothing"),
    REAL("genres.threshold_sure", 1, "the same where the mood is sure"),
    REAL("genres.prior", ALPHA_MAX, "how much the moods' genres count"),
    REAL("genres.prior_sure", ALPHA_MAX, "the same where the mood is sure"),
    REAL("genres.damping", SHARE_MAX, "factor of genres that do not go with the mood"),
    REAL("genres.damping_sure", SHARE_MAX, "the same where the mood is sure"),
    COUNT("genres.strongest", 1, "how many genres strict asks for"),
    REAL("cautious.embed_alpha", ALPHA_MAX, "at most"),
    REAL("cautious.genre_alpha", ALPHA_MAX, "at least"),
    COUNT("cautious.candidate_pool", 1, "at most"),
    REAL("rules.guessed", SHARE_MAX,
         "what genres nearest to the words count where a mood or a genre is said"),
    REAL("rules.typed_genre", ALPHA_MAX, "weight of a genre typed directly"),
    REAL("rules.more", ALPHA_MAX, "how far \"more\" of a mood moves the wish"),
    REAL("rules.less", ALPHA_MAX, "how far \"less\" of a mood moves the wish"),
    REAL("rules.without", ALPHA_MAX, "how far \"without\" something moves the wish"),
    REAL("rules.films", SHARE_MAX, "how much films that are named count beside the words"),
    REAL("likeness.tilt", ALPHA_MAX, "how far a mood moves a wish that is a likeness"),
    REAL("likeness.like", ALPHA_MAX, "how many times like_alpha counts then"),
    REAL("likeness.embed", ALPHA_MAX, "how many times embed_alpha counts then"),
    COUNT("likeness.neighbours", 0, "of them that are candidates whatever their cosine"),
    REAL("search.genre_alpha", ALPHA_MAX, "weight of the wished genres"),
    REAL("search.pop_alpha", ALPHA_MAX, "weight of popularity"),
    REAL("search.embed_alpha", ALPHA_MAX, "weight of the cosine with the wish"),
    COUNT("search.candidate_pool", 0, "films nearest to the wish that are ranked; 0: all"),
    REAL("search.steered", SHARE_MAX,
         "share of the steered vector in what films are compared with"),
    {"search.strongest_first", SETTING_TEXT, "", 0, 0, INTENT_FIRST, NULL,
     "when films of the strongest genres come before all others"},
    {"search.tower", SETTING_BOOL, "false", 0, 0, NULL, NULL,
     "whether a model that takes a wish (model.intent_tower) is given it"},
    REAL("search.known_alpha", ALPHA_MAX, "weight of how well known a film is"),
    REAL("search.text_alpha", ALPHA_MAX, "weight of words in common (TF-IDF)"),
    REAL("search.tag_alpha", ALPHA_MAX, "weight of tags typed directly"),
    REAL("search.like_alpha", ALPHA_MAX, "weight of the neighbours of films that are named"),
    {NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL},
};
#undef AFFECT

static const char *const NAMES[] = {
#define AFFECT(id, name) [AFFECT_##id] = name,
#include "intent/affects.def"
#undef AFFECT
};

const char *intent_values_affect_name(enum affect affect) { return NAMES[affect]; }

static float real(const struct settings *settings, const char *key) {
    return (float)settings_real(settings, key);
}

static size_t count(const struct settings *settings, const char *key) {
    return (size_t)settings_int(settings, key);
}

/* "Drama=0.6" */
static enum status read_prior(struct intent_prior *prior, const char *text, const char *key,
                              struct arena *arena, struct error *error) {
    const char *equals = strchr(text, '=');
    char *end = NULL;
    const double share = equals ? strtod(equals + 1, &end) : NAN;
    if (!equals || end == equals + 1 || *end || !(share >= 0 && share <= 1))
        return error_set(error, STATUS_BAD_USAGE,
                         "%s: expected Genre=SHARE with a share of 0 to 1, found \"%.64s\"", key,
                         text);
    *prior = (struct intent_prior){.genre = arena_copy_length(arena, text, (size_t)(equals - text)),
                                   .share = (float)share};
    return STATUS_OK;
}

static enum status read_affect(struct intent_affect *affect, const char *name,
                               const struct settings *settings, struct arena *arena,
                               struct error *error) {
#define KEY(part) arena_format(arena, "affects.%s." part, name)
    const char *const *texts;
    const char *genres = KEY("genres");
    affect->anchor = settings_text(settings, KEY("anchor"));
    affect->alpha_pos = real(settings, KEY("alpha_pos"));
    affect->alpha_neg = real(settings, KEY("alpha_neg"));
    affect->is_cautious = settings_bool(settings, KEY("cautious"));
    affect->damp_count = settings_text_list(settings, KEY("damps"), &affect->damps);
    affect->prior_count = settings_text_list(settings, genres, &texts);
    struct intent_prior *priors = ARENA_ARRAY(arena, struct intent_prior, affect->prior_count);
    for (size_t i = 0; i < affect->prior_count; i++)
        TRY(read_prior(&priors[i], texts[i], genres, arena, error));
    affect->priors = priors;
    return STATUS_OK;
#undef KEY
}

static void read_numbers(struct intent_values *values, const struct settings *settings) {
    values->sure = real(settings, "affects.sure");
    values->margin = real(settings, "affects.margin");
    values->top = count(settings, "steering.top");
    values->bottom = count(settings, "steering.bottom");
    values->alpha_pos = real(settings, "steering.alpha_pos");
    values->alpha_neg = real(settings, "steering.alpha_neg");
    values->action_gain = real(settings, "steering.action_gain");
    values->action_share = real(settings, "steering.action_share");
    values->threshold = real(settings, "genres.threshold");
    values->threshold_sure = real(settings, "genres.threshold_sure");
    values->prior = real(settings, "genres.prior");
    values->prior_sure = real(settings, "genres.prior_sure");
    values->damping = real(settings, "genres.damping");
    values->damping_sure = real(settings, "genres.damping_sure");
    values->strongest = count(settings, "genres.strongest");
    values->cautious_embed = settings_real(settings, "cautious.embed_alpha");
    values->cautious_genre = settings_real(settings, "cautious.genre_alpha");
    values->cautious_pool = count(settings, "cautious.candidate_pool");
    values->guessed = real(settings, "rules.guessed");
    values->typed_genre = real(settings, "rules.typed_genre");
    values->more = real(settings, "rules.more");
    values->less = real(settings, "rules.less");
    values->without = real(settings, "rules.without");
    values->films = real(settings, "rules.films");
    values->tilt = real(settings, "likeness.tilt");
    values->likeness_like = settings_real(settings, "likeness.like");
    values->likeness_embed = settings_real(settings, "likeness.embed");
    values->neighbours = count(settings, "likeness.neighbours");
    values->steered = real(settings, "search.steered");
    values->tower = settings_bool(settings, "search.tower");
    values->first = (enum intent_first)settings_choice(settings, "search.strongest_first");
    values->alphas = (struct intent_alphas){
        .genre = settings_real(settings, "search.genre_alpha"),
        .popularity = settings_real(settings, "search.pop_alpha"),
        .embed = settings_real(settings, "search.embed_alpha"),
        .known = settings_real(settings, "search.known_alpha"),
        .text = settings_real(settings, "search.text_alpha"),
        .tag = settings_real(settings, "search.tag_alpha"),
        .like = settings_real(settings, "search.like_alpha"),
        .pool = count(settings, "search.candidate_pool"),
    };
}

/* All that is said, in order: the built-in file first. */
static enum status compose(struct config *config, const char *const *sources, size_t source_count,
                           struct arena *arena, struct error *error) {
    const struct config_choices none = {0};
    TRY(config_parse(config, "config/intent.yaml", intent_values_begin,
                     (size_t)(intent_values_end - intent_values_begin), arena, error));
    for (size_t i = 0; i < source_count; i++)
        if (strchr(sources[i], '='))
            TRY(config_set_pair(config, sources[i], arena, error));
        else
            TRY(config_read(config, sources[i], &none, arena, error));
    return STATUS_OK;
}

static enum status read_settings(struct settings **out, const char *const *sources,
                                 size_t source_count, struct arena *arena, struct error *error) {
    struct config config = {0};
    *out = settings_create(arena);
    settings_add(*out, table);
    TRY(compose(&config, sources, source_count, arena, error));
    return config_apply(&config, *out, error);
}

const struct settings *intent_values_settings(struct arena *arena) {
    struct settings *settings;
    struct error error;
    const enum status status = read_settings(&settings, NULL, 0, arena, &error);
    ASSERT(status == STATUS_OK);
    return settings;
}

enum status intent_values_read(struct intent_values *values, const char *const *sources,
                               size_t source_count, struct arena *arena, struct error *error) {
    struct settings *settings;
    TRY(read_settings(&settings, sources, source_count, arena, error));
    read_numbers(values, settings);
    values->action_word_count =
        settings_text_list(settings, "steering.action_words", &values->action_words);
    for (int a = 0; a < AFFECT_COUNT; a++)
        TRY(read_affect(&values->affects[a], NAMES[a], settings, arena, error));
    return STATUS_OK;
}
