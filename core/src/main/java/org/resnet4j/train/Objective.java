package org.resnet4j.train;

import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Stratified;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.recipe.Targets;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;

/**
 * What training makes small; owns its teacher.
 *
 * <p>Labels that no batch mixes stay labels, for which PyTorch divides by the sum of the class
 * weights. Where batches may be mixed they are probabilities, for which it divides by the number of
 * images, as torchvision and timm train.
 */
final class Objective implements AutoCloseable {
  private static final long MEAN = 1; // at::Reduction::Mean
  private static final long SUM = 2; // at::Reduction::Sum
  private static final long IGNORED_LABEL = -100; // PyTorch's default: no label is ignored

  private final Targets targets;
  private final Device device;
  private final TensorOptional classWeights;
  private final Optional<Teacher> teacher;

  /**
   * An objective without a teacher.
   *
   * @param classWeights one a class, or none
   */
  Objective(Targets targets, Device device, float... classWeights) {
    this(targets, device, classWeights, Optional.empty());
  }

  Objective(Targets targets, Device device, float[] classWeights, Optional<Teacher> teacher) {
    this.targets = targets;
    this.device = device;
    this.teacher = teacher;
    this.classWeights = optional(device, classWeights);
  }

  private static TensorOptional optional(Device device, float[] values) {
    try (PointerScope temporaries = new PointerScope()) {
      TensorOptional optional =
          values.length == 0
              ? new TensorOptional()
              : new TensorOptional(Tensors.on(device, Tensors.of(values, values.length)));
      return optional.retainReference();
    }
  }

  /** That of a run's recipe, data and teacher. */
  static Objective of(Setup setup, Device device, Precision precision) {
    Targets targets = setup.recipe().targets();
    float[] classWeights =
        targets.classWeights() == Targets.ClassWeights.BALANCED
            ? balanced(setup.data().train())
            : new float[0];
    return new Objective(
        targets,
        device,
        classWeights,
        setup.teacher().map(model -> Teacher.of(model, setup, device, precision)));
  }

  /** So that all classes that have images count alike, and an image on average as 1. */
  static float[] balanced(Dataset train) {
    int[] counts = Stratified.counts(train);
    int classes = Stratified.byClass(train).size();
    float[] weights = new float[counts.length];
    for (int label = 0; label < counts.length; label++) {
      weights[label] =
          counts[label] == 0 ? 0 : (float) ((double) train.size() / classes / counts[label]);
    }
    return weights;
  }

  /**
   * How far the logits are from what the recipe asks for.
   *
   * @param logits (N, classes), fp32
   * @param images (N, C, H, W), what the logits are of
   * @return the mean over the batch; belongs to the caller's scope
   */
  Tensor loss(Tensor logits, Tensor images, Batch batch) {
    Tensor fromLabels = fromLabels(logits, batch);
    return teacher.isEmpty()
        ? fromLabels
        : withTeacher(fromLabels, logits, teacher.get().logits(images));
  }

  /** The loss with the teacher's share in it. */
  Tensor withTeacher(Tensor fromLabels, Tensor logits, Tensor ofTeacher) {
    double temperature = targets.teaching().teacherTemperature();
    double share = targets.teaching().teacherShare();
    Tensor fromTeacher = divergence(logits, ofTeacher, temperature);
    return fromLabels
        .mul(new Scalar(1 - share))
        .add(fromTeacher.mul(new Scalar(share * temperature * temperature)));
  }

  /** The loss without a teacher. */
  Tensor fromLabels(Tensor logits, Batch batch) {
    boolean binary = targets.loss() == Targets.Loss.BINARY_CROSS_ENTROPY;
    if (!binary && !targets.mixture().isPresent()) {
      return crossEntropy(logits, Tensors.on(device, Tensors.of(batch.labels())));
    }
    int classes = (int) logits.size(1);
    float[] shares = shares(batch, classes, binary ? targets.labelSmoothing() : 0);
    if (binary && targets.targetThreshold() > 0) {
      for (int i = 0; i < shares.length; i++) {
        shares[i] = shares[i] > targets.targetThreshold() ? 1 : 0;
      }
    }
    Tensor asked = Tensors.on(device, Tensors.of(shares, batch.size(), classes));
    return binary
        ? torch.binary_cross_entropy_with_logits(
            logits, asked, new TensorOptional(), new TensorOptional(), MEAN)
        : crossEntropy(logits, asked);
  }

  /**
   * With labels or with probabilities.
   *
   * @param asked (N) labels or (N, classes) probabilities
   */
  private Tensor crossEntropy(Tensor logits, Tensor asked) {
    return torch.cross_entropy_loss(
        logits, asked, classWeights, MEAN, IGNORED_LABEL, targets.labelSmoothing());
  }

  /** The share of each class in each image, some of it spread over all classes. */
  private static float[] shares(Batch batch, int classes, double smoothing) {
    float[] shares = new float[batch.size() * classes];
    double own = batch.mix().share();
    for (int i = 0; i < batch.size(); i++) {
      for (int label = 0; label < classes; label++) {
        double share =
            (label == batch.labels()[i] ? own : 0)
                + (label == batch.mix().others()[i] ? 1 - own : 0);
        shares[i * classes + label] = (float) ((1 - smoothing) * share + smoothing / classes);
      }
    }
    return shares;
  }

  /** Kullback's and Leibler's, of softened answers; the mean over the images. */
  private static Tensor divergence(Tensor logits, Tensor ofTeacher, double temperature) {
    Scalar soft = new Scalar(1 / temperature);
    Tensor answer = torch.log_softmax(logits.mul(soft), 1);
    Tensor asked = torch.log_softmax(ofTeacher.mul(soft), 1);
    return torch.kl_div(answer, asked, SUM, true).div(new Scalar((double) logits.size(0)));
  }

  @Override
  public void close() {
    classWeights.close();
    teacher.ifPresent(Teacher::close);
  }
}
