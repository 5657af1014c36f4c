/**
 * A training run as a page in the browser of the same machine, while it goes on.
 *
 * <p>Start at {@link org.resnet4j.live.LiveServer}, a reader of {@link org.resnet4j.train.Event}.
 */
@NullMarked
package org.resnet4j.live;

import org.jspecify.annotations.NullMarked;
