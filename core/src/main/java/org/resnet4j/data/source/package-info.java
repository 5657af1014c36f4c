/**
 * Data sets as they lie on a disk, recognised by content: class folders, tars, CIFAR, IDX.
 *
 * <p>Start at {@link org.resnet4j.data.source.DataSources}.
 */
@NullMarked
package org.resnet4j.data.source;

import org.jspecify.annotations.NullMarked;
