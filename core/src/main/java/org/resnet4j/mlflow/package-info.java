/**
 * Training runs in an MLflow tracking server, through its REST interface.
 *
 * <p>Start at {@link org.resnet4j.mlflow.MlflowRun}, a reader of {@link org.resnet4j.train.Event}.
 */
@NullMarked
package org.resnet4j.mlflow;

import org.jspecify.annotations.NullMarked;
