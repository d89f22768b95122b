"""Where moto's router finds our answers; a backend outside moto's own folders must name this itself."""

from moto.ecr.urls import url_bases

from ecslab.sandbox.bridge.ecr.responses import EcrResponse

__all__ = ["url_bases", "url_paths"]

url_paths = {"{0}/$": EcrResponse.dispatch}
