"""The API of a call that its person takes over from a voice."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import person
from agentic import doors
from agentic.models import AiCall
from agentic.voiceserializers import DoorSerializer


class Door(APIView):
    """The way into the call's room, for whoever takes it over and nobody else."""

    permissions: Any = ("calls.add_call",)

    @extend_schema(request=None, responses=DoorSerializer)
    def post(self, request: Request, ref: UUID) -> Response:
        """An address and a token for a few minutes.

        409 `no_door` where nobody is to be heard, as on the simulator, and `over`.
        """
        user = person(request)
        theirs = Q() if user.is_superadmin else Q(taken_over_by=user)
        ai = get_object_or_404(AiCall.objects.filter(theirs), call__public_id=ref)
        answer = Response(DoorSerializer(doors.open_to(user, ai)).data)
        answer["Cache-Control"] = "no-store"
        return answer
