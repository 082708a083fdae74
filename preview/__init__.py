"""The preview engine: the ``/v1/videos`` contract of SGLang, answered with an animatic instead of MOVA.

``python -m preview --port 30010 --model mova-360p`` serves it. It needs no GPU and no key, stands alone
(of the project it imports ``storyboard`` and ``protocol``), and everything it makes says that it is a preview and not
MOVA.

On purpose unlike SGLang 0.5.23, whose routes it otherwise answers alike:

- it reads no file of the server, fetches no address and writes to no named path: each is a 400;
- frame interpolation and upscaling, which need models, are a 400 instead of being left out silently;
- it never sends ``access-control-allow-origin``, so no web page elsewhere can read its answers;
- bodies over 50 MiB and pictures over 64 megapixels are refused;
- an error never shows a path of the server;
- LoRA, image, mesh, weight and rollout routes do not exist.
"""
