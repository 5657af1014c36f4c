package org.resnet4j.weights;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.SharedData;

/** The CIFAR-10 weights of akamaster/pytorch_resnet_cifar10, in PyTorch's format before 1.6. */
class PublishedWeightsTest {
  /**
   * The sums are those of {@code torch.load(file)["state_dict"]} in PyTorch 2.15: SHA-256 of {@code
   * f"{name} {list(shape)}\n"} without {@code module.} and the tensor's bytes, in the dict's order.
   */
  @ParameterizedTest
  @CsvSource({
    "resnet20-12fca82f.th, ad004f4dc4bb6bcf8f1cfc3bd6a287119889c7bde6599873124a15bedd59c337",
    "resnet56-4bfd9763.th, 0021942024c2c54e37b334d2470499af011125e4e7a0622a5aa93061b5e71178"
  })
  void are_read_bit_for_bit_as_pytorch_reads_them(String name, String expected) throws Exception {
    Optional<Path> folder = SharedData.find("weights");
    assumeTrue(folder.isPresent(), "no shared weights on this machine");
    MessageDigest sum = MessageDigest.getInstance("SHA-256");
    for (TensorEntry entry : Weights.load(folder.orElseThrow().resolve(name)).entries()) {
      sum.update("%s %s\n".formatted(entry.name(), entry.shape()).getBytes(UTF_8));
      sum.update(entry.data());
    }
    assertThat(HexFormat.of().formatHex(sum.digest())).isEqualTo(expected);
  }
}
