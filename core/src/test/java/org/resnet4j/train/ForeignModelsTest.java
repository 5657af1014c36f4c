package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.SharedData;
import org.resnet4j.arch.Block.Bottleneck;
import org.resnet4j.arch.Block.Bottleneck.Strided;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parameter.Role;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.batch.Augmentation;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.batch.Batches;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.data.image.Interpolation;
import org.resnet4j.data.source.DataSources;
import org.resnet4j.data.source.Unreadable;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;
import org.resnet4j.weights.model.ModelImport;

/** Models that others trained give what they give elsewhere. */
class ForeignModelsTest {
  private static final ModelImport AS_FOUND =
      new ModelImport(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  @TempDir private Path temporary;

  /** The folder and the logits are by make_transformers.py. */
  @Test
  void a_folder_of_transformers_opens_as_it_is_and_gives_its_logits()
      throws IOException, URISyntaxException {
    Path folder =
        Path.of(
            Objects.requireNonNull(
                    Catalogue.class.getResource("/org/resnet4j/weights/model/transformers"))
                .toURI());
    SavedModel model = SavedModel.open(folder);
    assertThat(model.labels()).containsExactly("ant", "bee", "wasp");
    assertThat(model.preprocessing().resize()).isEqualTo(80); // 64 / 0.8
    assertThat(model.preprocessing().interpolation()).isEqualTo(Interpolation.BICUBIC);
    assertThat(model.preprocessing().mean()).containsExactly(0.5, 0.4, 0.3);
    assertThat(model.preprocessing().std()).containsExactly(0.25, 0.5, 0.125);
    assertThat(model.network().units())
        .extracting(unit -> ((Bottleneck) unit.block()).strided())
        .containsOnly(Strided.FIRST_1X1);
    float[] images = new float[2 * 3 * 64 * 64];
    for (int i = 0; i < images.length; i++) {
      images[i] = (i * 7919 % 251) / 251f;
    }
    List<Double> expected =
        Files.readAllLines(folder.resolve("logits.txt")).stream().map(Double::valueOf).toList();
    try (LiveNetwork live = model.live(Device.CPU, Precision.FP32);
        PointerScope scope = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      float[] logits = Tensors.floats(live.forward(Tensors.of(images, 2, 3, 64, 64)));
      for (int i = 0; i < 6; i++) {
        assertThat((double) logits[i]).isCloseTo(expected.get(i), within(1e-4));
      }
    }
  }

  /** Mistakes and logits of PyTorch and of an independent implementation; see shared/data. */
  @ParameterizedTest
  @CsvSource({
    "resnet20-12fca82f.th, resnet20, resnet20.test_head1017.f32le, 85",
    "resnet56-4bfd9763.th, resnet56, resnet56.test_head1017.f32le, 74"
  })
  void published_cifar_weights_make_their_published_mistakes(
      String file, String name, String logitsFile, int mistakes) throws IOException {
    Path weights = data("weights");
    Path images = data("cifar10-lossless");
    Path folder = temporary.resolve("model");
    ModelImport.Result result = AS_FOUND.run(weights.resolve(file), folder);
    assertThat(result.network()).isEqualTo(Catalogue.network(name));
    assertThat(result.unused()).isEmpty();
    SavedModel model = SavedModel.open(folder);
    ByteBuffer expected =
        ByteBuffer.wrap(Files.readAllBytes(weights.resolve(logitsFile)))
            .order(ByteOrder.LITTLE_ENDIAN);
    int wrong = 0;
    float largest = 0;
    try (LiveNetwork live = model.live(Device.CPU, Precision.FP32);
        Loader loader =
            new Loader(
                DataSources.open(images, Unreadable.FAIL).test(),
                model.preprocessing(),
                new Augmentation.None(),
                Loader.Options.inOrder(113));
        Batches batches = loader.epoch(0, 0)) {
      for (Batch batch : batches) {
        float[] logits = logits(live, batch);
        Logits rows = new Logits(logits, 10);
        wrong += batch.size() - rows.right(batch.labels(), batch.size());
        for (int i = 0; i < batch.size() * 10; i++) {
          largest = Math.max(largest, Math.abs(logits[i] - expected.getFloat()));
        }
      }
    }
    assertThat(expected.hasRemaining()).isFalse();
    assertThat(wrong).isEqualTo(mistakes);
    assertThat(largest).isLessThanOrEqualTo(1e-4f);
  }

  /** torchvision's own expected outputs; shared/data tells in which order the generator is used. */
  @ParameterizedTest
  @CsvSource({"resnet18", "resnet50"})
  void torchvisions_expected_outputs_follow_from_the_seed(String name) throws IOException {
    Path golden = data("torchvision-golden");
    Network network = Catalogue.network(name).withClasses(50);
    Path file = golden.resolve(name + ".f32le");
    ByteBuffer expected = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    try (LiveNetwork live = LiveNetwork.initialised(network, 0, false, Device.CPU, Precision.FP32);
        PointerScope scope = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      torch.manual_seed(0);
      List<Parameter> convolutions =
          network.state().stream().filter(p -> p.role() == Role.CONVOLUTION_WEIGHT).toList();
      for (Parameter parameter : convolutions) {
        double fanIn = (double) parameter.size() / parameter.shape().get(0);
        drawn(parameter)
            .uniform_(-1 / Math.sqrt(fanIn), 1 / Math.sqrt(fanIn), new GeneratorOptional());
      }
      double bound = 1 / Math.sqrt(network.features());
      for (String linear : List.of("fc.weight", "fc.bias")) {
        live.tensor(linear).uniform_(-bound, bound, new GeneratorOptional());
      }
      for (Parameter parameter : convolutions) {
        List<Integer> shape = parameter.shape();
        double fanOut = (double) shape.get(0) * shape.get(2) * shape.get(3);
        live.tensor(parameter.name())
            .copy_(drawn(parameter).normal_(0, Math.sqrt(2 / fanOut), new GeneratorOptional()));
      }
      live.train(false);
      float[] logits = Tensors.floats(live.forward(torch.rand(1, 3, 224, 224)));
      Shape input = network.input();
      assertThat(input).isEqualTo(new Shape(3, 224, 224));
      double range = 0;
      double difference = 0;
      for (float logit : logits) {
        float theirs = expected.getFloat();
        range = Math.max(range, Math.abs(theirs));
        difference = Math.max(difference, Math.abs((double) logit - theirs));
      }
      assertThat(difference / range).isLessThanOrEqualTo(1e-5);
    }
  }

  /** In PyTorch's own memory order, which decides the order of the draws. */
  private static Tensor drawn(Parameter parameter) {
    return torch.empty(parameter.shape().stream().mapToLong(i -> i).toArray());
  }

  private static float[] logits(LiveNetwork live, Batch batch) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      return Tensors.floats(live.forward(Evaluator.images(live, batch)));
    }
  }

  private static Path data(String folder) {
    Optional<Path> found = SharedData.find(folder);
    assumeTrue(found.isPresent(), "skipped: there is no shared/data/" + folder);
    return found.orElseThrow();
  }
}
