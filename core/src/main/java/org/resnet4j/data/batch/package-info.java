/**
 * From images to a network's input: augmentation, normalisation, batches made ahead of time.
 *
 * <p>Start at {@link org.resnet4j.data.batch.Loader} and {@link
 * org.resnet4j.data.batch.Preprocessing}.
 */
@NullMarked
package org.resnet4j.data.batch;

import org.jspecify.annotations.NullMarked;
