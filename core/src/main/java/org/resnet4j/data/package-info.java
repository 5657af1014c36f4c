/**
 * Labelled images: where they come from, how they are decoded, resized, augmented and batched.
 *
 * <p>Start at {@link org.resnet4j.data.Dataset}. Nothing here touches native memory.
 */
@NullMarked
package org.resnet4j.data;

import org.jspecify.annotations.NullMarked;
