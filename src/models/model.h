/* model.h: the one interface of every model.
 *
 * A model is created from settings, fitted on train (and validation, for stopping and choices only;
 * it never sees test), and then scores queries. After fit it never changes: what learns later
 * returns a new model. It knows users and items as dense indices and nothing of films.
 *
 * To add a model: one file src/models/FAMILY/NAME.c whose only exported symbol is `const struct
 * model_ops model_NAME`, one line in models.def. */
#ifndef MATINEE_MODELS_MODEL_H
#define MATINEE_MODELS_MODEL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/settings.h"
#include "dataset/dataset.h"
#include "dataset/interactions.h"
#include "nn/tensor.h"

#define MODEL_NO_USER UINT32_MAX

/* Who asks: a known user (with the history to score from) or a bare history. The history is what
 * the model may use as the person's past: at evaluation the training rows, when served everything
 * known. Borrowed for the call. */
struct query {
    uint32_t user; /* a user of the fit, or MODEL_NO_USER: fold in from the history alone */
    struct history history;
    const float *genre_preference; /* [columns of the "genres" feature] or NULL */
    const float *wish_vector;      /* [the model's wish_dimension] the encoded wish, or NULL */
};

enum model_needs {
    MODEL_NEEDS_RATINGS = 1,
    MODEL_NEEDS_ORDER = 2,
    MODEL_NEEDS_GENRES = 4,
    MODEL_NEEDS_TEXT = 8
};
enum model_traits {
    MODEL_ORDER_AWARE = 1,      /* uses the order of time */
    MODEL_PREDICTS_RATINGS = 2, /* scores are ratings whatever the settings: see enum model_scale */
    MODEL_RANDOM = 4,           /* draws random numbers: another seed, another model */
    MODEL_INTEGRATES = 8,       /* explain() integrates gradients: its sum is within 1 % */
    MODEL_TRAINED = 16,         /* by gradients: reads trainer.*, stops and chooses on validation */
    MODEL_IMPERSONAL = 32,      /* scores say nothing of taste: no reasons, no films alike */
    MODEL_READS_GENRES = 64,    /* scores from query.genre_preference, with or without a history */
    MODEL_CHOOSES = 128,        /* finds settings on validation, whatever the trainer does */
    MODEL_NO_EXPLAIN = 256,     /* offers no explain() with these settings */
    MODEL_NO_SIMILAR = 512,     /* offers no similar() with these settings */
    MODEL_READS_TEXT = 4096,    /* with some settings it needs what is written of the items */
    MODEL_OF_PARTS = 2048,      /* made of other models: may take them from fit_input.trained */
    MODEL_LEARNS_ITEMS = 8192,  /* update() takes in items that are new */
    MODEL_BEYOND_VECTORS =
        1024, /* scores add to the vectors' products what differs by item: a bias */
};

/* What a score means, beside that higher is better. It may depend on the settings, so it is the
 * model's and not its kind's. */
enum model_scale {
    MODEL_SCALE_ANY,
    MODEL_SCALE_LOG_ODDS,    /* sigmoid is a probability */
    MODEL_SCALE_RATING,      /* a predicted rating; rmse and mae apply */
    MODEL_SCALE_UNIT_RATING, /* the same, from 0, the lowest of train, to 1, the highest */
};

struct model;

/* How well a model does on validation; higher is better. Handed in by experiment/. */
typedef double model_measure(void *context, const struct model *model);

/* One line of the report's "epochs". */
struct epoch_record {
    uint32_t epoch; /* 1 is the first */
    double loss;
    double validation; /* NaN: not measured in this epoch */
    double seconds;
};

/* How large a parameter is at the end of an epoch, and its gradient in the epoch's last step,
 * before clipping (NaN: the model takes steps of its own): the roots of the sums of squares. */
struct epoch_norm {
    const char *name;
    double weight, gradient;
};

/* Everything a fit may look at. Zeroed members are absent. */
struct fit_input {
    const struct interactions *train;
    const struct interactions *validation;
    const struct item_feature *features;
    size_t feature_count;
    model_measure *measure; /* NULL: no early stopping */
    void *measure_context;
    const char *measure_name; /* "ndcg@10" */
    const char *measure_tie;  /* all that defines its figure, for a checkpoint; NULL: the name */
    uint64_t seed;
    struct progress *progress;   /* never NULL; may be silent */
    const char *checkpoint_path; /* where to save on the way, or NULL */
    bool resume; /* go on from checkpoint_path if it is there and of the same settings and data */
    const atomic_bool *cancel; /* set: save the checkpoint, return STATUS_CANCELLED; may be NULL */
    uint8_t data_checksum[32]; /* ties a checkpoint to its data */
    /* Model files that are there already: what one of them was fitted to in the same way need not
     * be fitted again as a part. The model is the same with and without them. */
    const char *const *trained;
    size_t trained_count;
    /* Told of every epoch when it has ended, in the fit's own thread; NULL: nobody listens. */
    void (*epoch_done)(void *context, const struct epoch_record *record);
    /* The same before epoch_done, by what gradients train; NULL: they are not worked out. */
    void (*norms_done)(void *context, uint32_t epoch, const struct epoch_norm *norms, size_t count);
    void *epoch_context;
};

/* What a fit says of itself, for the report. Owned by the model's arena. */
struct fit_report {
    const struct epoch_record *epochs;
    size_t epoch_count;
    uint32_t best_epoch; /* 0: no epochs */
    const char *const
        *choices; /* "trainer.max_epochs=37", ...; found on validation, for the refit */
    size_t choice_count;
};

/* What has happened since a fit, for update(). Both are over the same users and items: the model's,
 * and behind them those that are new, which have none but fresh rows. */
struct model_events {
    const struct interactions *known; /* the rows of the fit and of earlier updates */
    const struct interactions *fresh; /* the new ones, none of which is known */
};

/* The first member of every model's struct. */
struct model {
    const struct model_ops *ops;
    struct arena arena;              /* what lives as long as the model */
    uint32_t user_count, item_count; /* of the fit */
    float rating_min, rating_max;    /* of the training rows */
    size_t wish_dimension;           /* of query.wish_vector; 0: wishes are not read */
    const char *wish_encoder;        /* whose vectors those are; NULL: nobody knows */
    enum model_scale scale;          /* of the scores; set by create() */
    unsigned needs, traits; /* the kind's; create() may say more, or less, by the settings */
    struct fit_report report;
};

struct model_ops {
    const char *name;    /* "item_knn": the word used on the command line */
    const char *aliases; /* "item_cf" or NULL; several with | */
    const char *family;  /* "neighbor" */
    const char *summary; /* one line for `matinee models` */
    const char *source;  /* paper, equation */
    const struct setting_spec *settings;
    unsigned needs, traits; /* of most settings; what holds for a model is in its struct model */

    /* *out gets a new model that model_destroy frees. Settings are read here and not kept. */
    enum status (*create)(struct model **out, const struct settings *settings, struct error *error);
    enum status (*fit)(struct model *model, const struct fit_input *input, struct error *error);
    /* scores[q * item_count + i] for items[i], or for every item when items is NULL (item_count is
     * then the model's). Higher is better; every score is finite. Takes scratch from
     * arena_scratch(). May be called from many threads; parallelism is the caller's. */
    void (*score)(const struct model *model, const struct query *queries, size_t query_count,
                  const uint32_t *items, size_t item_count, float *scores);
    /* The model's named tensors, in a fixed order; returns their number (at most
     * MODEL_TENSORS_MAX). Before a load the slots are empty and have names only; after it they
     * borrow from the mapped file. */
    size_t (*tensors)(struct model *model, struct tensor **list);

    /* Optional: NULL where not offered. */
    enum status (*attach)(
        struct model *model,
        struct error *error); /* after a load: check shapes, derive what is not stored */
    void (*release)(struct model *model); /* what does not live in the model's arena */
    const float *(*item_vectors)(const struct model *model, size_t *dimension,
                                 enum vector_metric *metric);
    void (*query_vectors)(const struct model *model, const struct query *queries,
                          size_t query_count, float *vectors);
    /* shares[history.count]: how much each past row speaks for the item in the score of the bare
     * history: a known user's own vector tells nothing of his rows. What they sum to is that score
     * less a constant of the model, or less the score of an empty history (see the model's file).
     */
    void (*explain)(const struct model *model, const struct query *query, uint32_t item,
                    float *shares);
    /* What a model that is made of others adds up: names[MODEL_PARTS_MAX] gets those of its parts,
     * whose number is returned, and amounts[item_count][MODEL_PARTS_MAX] what each adds to the
     * score of each item. */
    size_t (*parts)(const struct model *model, const struct query *query, const uint32_t *items,
                    size_t item_count, const char **names, float *amounts);
    /* similarities[item_count]: how alike each item is to this one, on the model's own scale (see
     * its file); 0 where it knows nothing in common. What stands at the item itself is ignored. */
    void (*similar)(const struct model *model, uint32_t item, float *similarities);
    /* *out gets a new model that has learnt the events too, and that model_destroy frees; the old
     * one is as it was and shares no memory with it. Its users and items are those of the events.
     * Errors: those of model_check_events. */
    enum status (*update)(struct model **out, const struct model *model,
                          const struct model_events *events, struct error *error);
    /* Defaults that suit data of this size and density, put in with settings_default before create.
     */
    void (*suggest)(struct settings *settings, const struct interactions *train);
};

#define MODEL_TENSORS_MAX 512
#define MODEL_PARTS_MAX 32

/* Every registered model, by models.def; NULL after the last. */
const struct model_ops *model_at(size_t index);
/* By name or alias; an error names the nearest. */
enum status model_find(const struct model_ops **out, const char *name, struct error *error);

void model_destroy(struct model *model); /* NULL is fine */
/* ops->tensors into a list that is long enough; returns their number. */
size_t model_tensors(struct model *model, struct tensor *list[MODEL_TENSORS_MAX]);
/* SHA-256 over all tensors: what "the same model" means in tests. */
void model_checksum(struct model *model, uint8_t checksum[32]);
size_t model_parameter_count(struct model *model); /* elements of tensors of real numbers */
/* A zeroed model's struct of `bytes` bytes whose first member is struct model; for create(). */
void *model_allocate(const struct model_ops *ops, size_t bytes);
/* What every fit begins with: user_count, item_count and the range of ratings of its rows. */
void model_describe(struct model *model, const struct interactions *train);
/* For attach(): that the tensor is there, of this type and of shape [rows][columns] (columns 0:
 * [rows]). */
enum status model_expect(const struct tensor *tensor, enum tensor_type type, size_t rows,
                         size_t columns, struct error *error);
/* For update(): that the events are of no fewer users than the model has, and of its items, with
 * MODEL_LEARNS_ITEMS of no fewer. */
enum status model_check_events(const struct model *model, const struct model_events *events,
                               struct error *error);
/* For update(): a copy of a model's struct of `bytes` bytes and of its tensors. What else the
 * struct points to still belongs to the old model, and is to be derived anew. */
void *model_copy(const struct model *model, size_t bytes);
/* For fit(): whether so much memory is to be had. Error (STATUS_LIMIT): "WHAT needs ... MB, and ...
 * MB are free: ADVICE". */
enum status model_expect_memory(size_t bytes, const char *what, const char *advice,
                                struct error *error);
/* The feature of that name, or NULL. */
const struct item_feature *model_feature(const struct fit_input *input, const char *name);

#endif
